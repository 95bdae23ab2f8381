# One machine with an address of its own.

resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = var.group
  location            = var.location
  address_space       = ["10.20.0.0/16"]
  tags                = var.tags
}

resource "azurerm_subnet" "this" {
  name                 = var.name
  resource_group_name  = var.group
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.20.0.0/24"]
  # The machine goes out by its own address.
  default_outbound_access_enabled = false
}

resource "azurerm_network_security_group" "this" {
  name                = var.name
  resource_group_name = var.group
  location            = var.location
  tags                = var.tags
}

resource "azurerm_subnet_network_security_group_association" "this" {
  subnet_id                 = azurerm_subnet.this.id
  network_security_group_id = azurerm_network_security_group.this.id
}

# What no rule lets in, the group refuses by itself.
resource "azurerm_network_security_rule" "web" {
  #checkov:skip=CKV_AZURE_160:Port 80 is what browsers try first; Traefik answers it with the address of HTTPS and nothing else
  for_each = { http = 80, https = 443 }

  name                        = each.key
  resource_group_name         = var.group
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 100 + index(["http", "https"], each.key)
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = tostring(each.value)
}

# Registries, Let's Encrypt, Azure itself; names, time and identity are asked of the platform, which
# no group keeps anybody from.
resource "azurerm_network_security_rule" "out" {
  name                        = "https-out"
  resource_group_name         = var.group
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 100
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "Internet"
  destination_port_range      = "443"
}

resource "azurerm_network_security_rule" "nothing_else_out" {
  name                        = "nothing-else-out"
  resource_group_name         = var.group
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 200
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "Internet"
  destination_port_range      = "*"
}

resource "azurerm_public_ip" "this" {
  name                = var.name
  resource_group_name = var.group
  location            = var.location
  sku                 = "Standard"
  allocation_method   = "Static"
  tags                = var.tags
}

resource "azurerm_network_interface" "this" {
  #checkov:skip=CKV_AZURE_119:It is the website: it has the one address that host points to
  name                = var.name
  resource_group_name = var.group
  location            = var.location
  tags                = var.tags

  ip_configuration {
    name                          = "public"
    subnet_id                     = azurerm_subnet.this.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.this.id
  }

  # No address before there is a rule that says who may come.
  depends_on = [azurerm_subnet_network_security_group_association.this]
}
