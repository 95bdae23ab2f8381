output "url" {
  description = "Where the website is; empty without a server."
  value       = var.server ? module.start.url : ""
}

output "address" {
  description = "The server's address; empty without one."
  value       = one(module.server[*].address)
}

output "shell" {
  description = "How to get a shell on the machine, where var.shell is true."
  value       = var.server && var.shell ? "gcloud compute ssh --tunnel-through-iap --project ${var.project} --zone ${local.zone} ${var.name}" : ""
}

output "registry" {
  description = "Where images of one's own are pushed to."
  value       = local.images
}

output "buckets" {
  description = "Where data, networks, sound and logs are."
  value       = { for name, bucket in google_storage_bucket.this : name => "gs://${bucket.name}" }
}
