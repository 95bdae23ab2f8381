# What is kept lies in this folder: buckets, images, the disk, the key of it all. What can be made
# again lies in ./server, which var.server switches off.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  tags = {
    Project     = var.name
    Environment = var.environment
    ManagedBy   = "terraform/aws"
  }

  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
}

module "start" {
  source = "../modules/k3s-cloud-init"

  host             = var.host
  email            = var.email
  acme_directory   = var.acme_directory
  image            = var.image
  chart            = var.chart
  config           = var.config
  k3s              = var.k3s
  cloud            = "aws"
  private_registry = startswith(var.image.repository, "${local.account}.dkr.ecr.")
  # NVMe disks have their volume's id as serial number, without its dash.
  data_device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${replace(aws_ebs_volume.data.id, "-", "")}"
  buckets     = { for name in ["models", "audio", "data"] : name => "s3://${aws_s3_bucket.this[name].id}" }
}

module "server" {
  source = "./server"
  count  = var.server ? 1 : 0

  name          = var.name
  zone          = var.zone
  host          = var.host
  place         = var.availability_zone
  instance_type = var.instance_type
  ami           = var.ami
  user_data     = module.start.user_data
  volume        = aws_ebs_volume.data.id
  key           = aws_kms_key.this.arn
  profile       = aws_iam_instance_profile.server.name
}

