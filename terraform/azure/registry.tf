# Images of one's own, beside the public one. Azure scans them where Defender for Containers is on,
# which the whole subscription pays for; a tag is locked image by image (`az acr repository update
# --write-enabled false`), so pin by digest.
resource "azurerm_container_registry" "this" {
  #checkov:skip=CKV_AZURE_139:Pipelines push from outside; a private network takes the Premium registry, ten times the price
  #checkov:skip=CKV_AZURE_164:Trust policies are gone from the service: sign with notation, pin by digest
  #checkov:skip=CKV_AZURE_165:A second region takes the Premium registry
  #checkov:skip=CKV_AZURE_166:Quarantine takes the Premium registry
  #checkov:skip=CKV_AZURE_167:Retention of untagged images takes the Premium registry
  #checkov:skip=CKV_AZURE_233:Zones take the Premium registry
  #checkov:skip=CKV_AZURE_237:An endpoint for data takes the Premium registry
  name                   = local.world
  resource_group_name    = azurerm_resource_group.this.name
  location               = azurerm_resource_group.this.location
  sku                    = "Standard"
  admin_enabled          = false
  anonymous_pull_enabled = false
  tags                   = local.tags

  lifecycle {
    prevent_destroy = true
  }
}
