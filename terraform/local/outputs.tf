output "url" {
  description = "Where the website is; empty if nothing runs."
  value       = var.server ? "http://127.0.0.1:${var.ports.weir}" : ""
}

output "desk" {
  description = "Where MLflow, Prometheus and Grafana are."
  value       = { for name, port in var.ports : name => "http://127.0.0.1:${port}" if name != "weir" && var.server }
}
