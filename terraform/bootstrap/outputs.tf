output "backend" {
  description = "What terraform/aws/backend.hcl has to hold."
  value       = <<-EOT
    bucket     = "${aws_s3_bucket.state.id}"
    key        = "aws/${var.environment}.tfstate"
    region     = "${var.region}"
    kms_key_id = "${aws_kms_key.state.arn}"
  EOT
}

output "roles" {
  description = "What role-to-assume of aws-actions/configure-aws-credentials is, to push images and to deploy."
  value       = { for name, role in aws_iam_role.github : name => role.arn }
}
