data "aws_route53_zone" "this" {
  name         = var.zone
  private_zone = false
}

resource "aws_route53_record" "host" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.host
  type    = "A"
  ttl     = 300
  records = [aws_eip.this.public_ip]
}

# Nobody but Let's Encrypt may sign a certificate for it.
resource "aws_route53_record" "caa" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.host
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"letsencrypt.org\"", "0 issuewild \";\""]
}
