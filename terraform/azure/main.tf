# What is kept lies in this folder: storage, images, the disk. What can be made again lies in
# ./server, which var.server switches off.

locals {
  tags = {
    Project     = var.name
    Environment = var.environment
    ManagedBy   = "terraform/azure"
  }

  # Neither takes a dash.
  world    = "${replace(var.name, "-", "")}${var.unique}"
  registry = "${local.world}.azurecr.io"
}

resource "azurerm_resource_group" "this" {
  name     = var.name
  location = var.location
  tags     = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

module "start" {
  source = "../modules/k3s-cloud-init"

  host             = var.host
  email            = var.email
  acme_directory   = var.acme_directory
  image            = var.image
  chart            = var.chart
  config           = var.config
  k3s              = var.k3s
  cloud            = "azure"
  private_registry = startswith(var.image.repository, "${local.registry}/")
  data_device      = "/dev/disk/azure/scsi1/lun${local.lun}"
}

locals {
  lun = 10
}

module "server" {
  source = "./server"
  count  = var.server ? 1 : 0

  name           = var.name
  group          = azurerm_resource_group.this.name
  location       = azurerm_resource_group.this.location
  tags           = local.tags
  dns_zone       = var.dns_zone
  host           = var.host
  size           = var.size
  ssh_public_key = var.ssh_public_key
  user_data      = module.start.user_data
  disk           = azurerm_managed_disk.data.id
  lun            = local.lun
  identity       = azurerm_user_assigned_identity.server.id
}
