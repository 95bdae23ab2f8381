# What the machine may do: pull its image. Nothing is copied to or from containers here, unlike on
# AWS and Google Cloud, so it has no role there.
resource "azurerm_user_assigned_identity" "server" {
  name                = "${var.name}-server"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_role_assignment" "pull" {
  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.server.principal_id
}
