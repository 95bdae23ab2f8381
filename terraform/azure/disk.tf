# Drawings, accounts and the state of k3s. The machine is replaced around it.
resource "azurerm_managed_disk" "data" {
  #checkov:skip=CKV_AZURE_93:It is encrypted with a key of Microsoft's; one of one's own takes a vault, and somebody who minds it
  name                 = "${var.name}-data"
  resource_group_name  = azurerm_resource_group.this.name
  location             = azurerm_resource_group.this.location
  storage_account_type = "StandardSSD_LRS"
  create_option        = "Empty"
  disk_size_gb         = var.disk_gib
  # Nobody downloads it.
  network_access_policy         = "DenyAll"
  public_network_access_enabled = false
  tags                          = local.tags

  lifecycle {
    prevent_destroy = true
  }
}
