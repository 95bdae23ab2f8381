output "address" {
  description = "The address that host points to."
  value       = aws_eip.this.public_ip
}

output "instance" {
  description = "The machine's id, for SSM."
  value       = aws_instance.this.id
}
