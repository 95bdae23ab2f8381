output "url" {
  description = "Where the website is; empty without a server."
  value       = var.server ? module.start.url : ""
}

output "address" {
  description = "The server's address; empty without one."
  value       = one(module.server[*].address)
}

output "shell" {
  description = "How to get a shell on the machine: there is no SSH."
  value       = var.server ? "aws ssm start-session --region ${var.region} --target ${one(module.server[*].instance)}" : ""
}

output "registry" {
  description = "Where images of one's own are pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "buckets" {
  description = "Where data, networks, sound and logs are."
  value       = { for name, bucket in aws_s3_bucket.this : name => "s3://${bucket.id}" }
}
