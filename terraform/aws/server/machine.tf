data "aws_ssm_parameter" "ami" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_instance" "this" {
  ami                    = var.ami == "" ? data.aws_ssm_parameter.ami.insecure_value : var.ami
  instance_type          = var.instance_type
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.server.id]
  iam_instance_profile   = var.profile
  ebs_optimized          = true
  monitoring             = true
  user_data              = var.user_data
  # Another configuration is another machine; what it keeps is on the other disk.
  user_data_replace_on_change = true
  tags                        = { Name = var.name }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # A pod is one hop further away: it never gets at what the machine may do.
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 20
    encrypted   = true
    kms_key_id  = var.key
  }

  lifecycle {
    # A newer image of the system is no reason to replace a machine that runs.
    ignore_changes = [ami]
  }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  instance_id = aws_instance.this.id
  volume_id   = var.volume
  # The file system is unmounted by a shutdown, not pulled away under k3s.
  stop_instance_before_detaching = true
}

resource "aws_eip" "this" {
  domain = "vpc"
  tags   = { Name = var.name }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_eip_association" "this" {
  instance_id   = aws_instance.this.id
  allocation_id = aws_eip.this.id
}

# A machine whose system no longer answers is started again.
resource "aws_cloudwatch_metric_alarm" "recover" {
  alarm_name          = "${var.name}-recover"
  alarm_description   = "The hardware under the machine does not answer: move it to other hardware"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed_System"
  dimensions          = { InstanceId = aws_instance.this.id }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  alarm_actions       = ["arn:${data.aws_partition.this.partition}:automate:${data.aws_region.this.region}:ec2:recover"]
}

data "aws_partition" "this" {}
