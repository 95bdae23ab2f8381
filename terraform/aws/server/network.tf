# One machine in one public subnet: a load balancer in front of it, or a NAT gateway behind it,
# would each cost more than the half of it.

resource "aws_vpc" "this" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

# What is in no group can reach nobody and be reached by nobody.
resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-none" }
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.20.0.0/24"
  availability_zone = var.place
  # The one machine has an address of its own.
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-public" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-public" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

# Objects travel inside of AWS, and this gateway costs nothing.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.this.id
  service_name    = "com.amazonaws.${data.aws_region.this.region}.s3"
  route_table_ids = [aws_route_table.public.id]
  tags            = { Name = "${var.name}-s3" }
}

data "aws_region" "this" {}

resource "aws_security_group" "server" {
  name        = "${var.name}-server"
  description = "HTTP and HTTPS in, HTTPS out"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-server" }
}

resource "aws_vpc_security_group_ingress_rule" "server" {
  #checkov:skip=CKV_AWS_260:Port 80 is what browsers try first; Traefik answers it with the address of HTTPS and nothing else
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.server.id
  description       = each.key
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

# Registries, Let's Encrypt, SSM, buckets. Names and time are asked of the VPC itself, which no
# group keeps anybody from.
resource "aws_vpc_security_group_egress_rule" "server" {
  security_group_id = aws_security_group.server.id
  description       = "https"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
