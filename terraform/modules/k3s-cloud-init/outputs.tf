output "user_data" {
  description = "What a cloud hands to the machine as user data."
  value       = local.user_data

  precondition {
    # The least that a cloud takes: AWS, before it is encoded.
    condition     = length(local.user_data) <= 16384
    error_message = "user data is over 16 KiB: config or values have to be shorter."
  }
}

output "values" {
  description = "What the chart is told."
  value       = local.values
}

output "url" {
  description = "Where the website is."
  value       = "https://${var.host}"
}
