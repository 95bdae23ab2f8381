# Data sets, networks and kept sound.
resource "azurerm_storage_account" "this" {
  #checkov:skip=CKV_AZURE_59:Pipelines write data sets from outside; who may is said by roles, and there are no keys
  #checkov:skip=CKV_AZURE_206:A second region costs as much again; versions and the disk are the second copy
  #checkov:skip=CKV_AZURE_33:There are no queues in it
  #checkov:skip=CKV2_AZURE_1:It is encrypted with a key of Microsoft's; one of one's own takes a vault, and somebody who minds it
  #checkov:skip=CKV2_AZURE_33:A private endpoint costs more than the storage, and pipelines could not get at it
  name                     = local.world
  resource_group_name      = azurerm_resource_group.this.name
  location                 = azurerm_resource_group.this.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  account_kind             = "StorageV2"
  min_tls_version          = "TLS1_2"
  # Everything by TLS, by roles, and by nobody unknown.
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  local_user_enabled                = false
  default_to_oauth_authentication   = true
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  blob_properties {
    versioning_enabled  = true
    change_feed_enabled = true

    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "this" {
  #checkov:skip=CKV2_AZURE_21:Reads are in the account's own log where one is switched on; there is none to pay for here
  for_each = toset(["data", "models", "audio"])

  name                  = each.value
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "sound-is-gone"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["audio/"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = var.audio_days
      }
      version {
        delete_after_days_since_creation = 1
      }
    }
  }

  rule {
    name    = "data-is-seldom-read"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["data/"]
    }

    actions {
      base_blob {
        tier_to_cool_after_days_since_modification_greater_than = 30
      }
      version {
        delete_after_days_since_creation = 30
      }
    }
  }
}
