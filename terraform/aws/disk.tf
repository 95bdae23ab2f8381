# Drawings, accounts and the state of k3s. The machine is replaced around it.
resource "aws_ebs_volume" "data" {
  availability_zone = var.availability_zone
  size              = var.disk_gib
  type              = "gp3"
  encrypted         = true
  kms_key_id        = aws_kms_key.this.arn
  tags              = { Name = "${var.name}-data" }

  lifecycle {
    prevent_destroy = true
  }
}
