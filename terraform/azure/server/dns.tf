data "azurerm_dns_zone" "this" {
  name                = var.dns_zone.name
  resource_group_name = var.dns_zone.group
}

locals {
  # A record's name is what stands before the zone.
  record = var.host == var.dns_zone.name ? "@" : trimsuffix(var.host, ".${var.dns_zone.name}")
}

resource "azurerm_dns_a_record" "host" {
  name                = local.record
  zone_name           = data.azurerm_dns_zone.this.name
  resource_group_name = var.dns_zone.group
  ttl                 = 300
  records             = [azurerm_public_ip.this.ip_address]
  tags                = var.tags
}

# Nobody but Let's Encrypt may sign a certificate for it.
resource "azurerm_dns_caa_record" "host" {
  name                = local.record
  zone_name           = data.azurerm_dns_zone.this.name
  resource_group_name = var.dns_zone.group
  ttl                 = 3600
  tags                = var.tags

  record {
    flags = 0
    tag   = "issue"
    value = "letsencrypt.org"
  }

  record {
    flags = 0
    tag   = "issuewild"
    value = ";"
  }
}
