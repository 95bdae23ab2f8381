resource "azurerm_linux_virtual_machine" "this" {
  #checkov:skip=CKV_AZURE_50:Without SSH, az vm run-command is the way in, and comes as an extension does
  name                            = var.name
  resource_group_name             = var.group
  location                        = var.location
  size                            = var.size
  network_interface_ids           = [azurerm_network_interface.this.id]
  admin_username                  = "rescue"
  disable_password_authentication = true
  # `az vm run-command` is the way in, and comes as an extension does; roles say who may.
  allow_extension_operations = true
  provision_vm_agent         = true
  # Temporary disks and caches, too. The subscription has to have this switched on, see README.md.
  encryption_at_host_enabled = true
  secure_boot_enabled        = true
  vtpm_enabled               = true
  # Another configuration is another machine; what it keeps is on the other disk.
  custom_data = base64encode(var.user_data)
  tags        = var.tags

  admin_ssh_key {
    username   = "rescue"
    public_key = var.ssh_public_key
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identity]
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
    disk_size_gb         = 30
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }

  boot_diagnostics {}
}

resource "azurerm_virtual_machine_data_disk_attachment" "data" {
  virtual_machine_id = azurerm_linux_virtual_machine.this.id
  managed_disk_id    = var.disk
  lun                = var.lun
  caching            = "ReadOnly"
}
