mock_provider "azurerm" {
  override_during = plan
}

variables {
  subscription   = "00000000-0000-0000-0000-000000000000"
  unique         = "ab12"
  dns_zone       = { name = "weir.example", group = "names" }
  host           = "water.weir.example"
  email          = "you@weir.example"
  ssh_public_key = "ssh-ed25519 AAAA"
  image          = { repository = "ghcr.io/owner/weir", tag = "v0.1.0" }
  chart          = { place = "oci://ghcr.io/owner/charts/weir", version = "0.1.0" }
  budget_start   = "2027-01-01T00:00:00Z"
}

run "keeps_safely" {
  command = plan

  assert {
    condition     = azurerm_storage_account.this.min_tls_version == "TLS1_2" && azurerm_storage_account.this.https_traffic_only_enabled && !azurerm_storage_account.this.shared_access_key_enabled && !azurerm_storage_account.this.allow_nested_items_to_be_public
    error_message = "Storage takes TLS and roles, and nothing is public."
  }

  assert {
    condition     = alltrue([for container in azurerm_storage_container.this : container.container_access_type == "private"]) && length(azurerm_storage_container.this) == 3
    error_message = "Three containers, all private."
  }

  assert {
    condition     = anytrue([for rule in azurerm_storage_management_policy.this.rule : rule.name == "sound-is-gone" && one(one(rule.actions).base_blob).delete_after_days_since_modification_greater_than == 30])
    error_message = "Sound has to be gone after audio_days."
  }

  assert {
    condition     = !azurerm_container_registry.this.admin_enabled && azurerm_role_assignment.pull.role_definition_name == "AcrPull"
    error_message = "The registry has no password, and the machine only pulls."
  }

  assert {
    condition     = output.url == "https://water.weir.example" && length(azurerm_consumption_budget_resource_group.this.notification) == 2
    error_message = "There has to be a URL, and a budget that says something."
  }
}

run "without_a_server_all_is_kept" {
  command = plan

  variables {
    server = false
  }

  assert {
    condition     = output.url == "" && output.address == null && length(azurerm_storage_container.this) == 3 && azurerm_managed_disk.data.disk_size_gb == 64
    error_message = "Storage and disk have to stay, and nothing else."
  }
}

run "machine" {
  command = plan

  module {
    source = "./server"
  }

  variables {
    name      = "weir"
    group     = "weir"
    location  = "germanywestcentral"
    tags      = {}
    size      = "Standard_D2s_v5"
    user_data = "#cloud-config"
    disk      = "/subscriptions/0/resourceGroups/weir/providers/Microsoft.Compute/disks/weir-data"
    lun       = 10
    identity  = "/subscriptions/0/resourceGroups/weir/providers/Microsoft.ManagedIdentity/userAssignedIdentities/weir-server"
  }

  assert {
    condition     = toset([for rule in azurerm_network_security_rule.web : rule.destination_port_range]) == toset(["80", "443"])
    error_message = "80 and 443 come in, and nothing else."
  }

  assert {
    condition     = azurerm_linux_virtual_machine.this.disable_password_authentication && azurerm_linux_virtual_machine.this.secure_boot_enabled && azurerm_linux_virtual_machine.this.encryption_at_host_enabled
    error_message = "No password, nothing else starts, and all disks are encrypted."
  }

  assert {
    condition     = azurerm_dns_a_record.host.name == "water"
    error_message = "The name has to stand before its zone."
  }
}

run "refuses_nonsense" {
  command = plan

  variables {
    subscription   = "mine"
    name           = "Weir!"
    unique         = "A-B"
    environment    = "prod"
    location       = "Germany West Central"
    email          = "nobody"
    ssh_public_key = "secret"
    size           = "small"
    disk_gib       = 5
    audio_days     = 0
    budget         = 0
    budget_start   = "tomorrow"
  }

  expect_failures = [var.subscription, var.name, var.unique, var.environment, var.location, var.email, var.ssh_public_key, var.size, var.disk_gib, var.audio_days, var.budget, var.budget_start]
}
