output "url" {
  description = "Where the website is; empty without a server."
  value       = var.server ? module.start.url : ""
}

output "address" {
  description = "The server's address; empty without one."
  value       = one(module.server[*].address)
}

output "shell" {
  description = "How to run a command on the machine: there is no SSH."
  value       = var.server ? "az vm run-command invoke --resource-group ${var.name} --name ${var.name} --command-id RunShellScript --scripts 'journalctl -u k3s -n 50'" : ""
}

output "registry" {
  description = "Where images of one's own are pushed to."
  value       = local.registry
}

output "buckets" {
  description = "Where data, networks and sound are."
  value       = { for name in keys(azurerm_storage_container.this) : name => "az://${azurerm_storage_account.this.name}/${name}" }
}
