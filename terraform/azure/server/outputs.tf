output "address" {
  description = "The address that host points to."
  value       = azurerm_public_ip.this.ip_address
}
