mock_provider "aws" {
  # What AWS would answer is known while planning: nothing is ever applied here.
  override_during = plan

  mock_resource "aws_ecr_repository" {
    defaults = { arn = "arn:aws:ecr:eu-central-1:123456789012:repository/weir" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::weir-mocked" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mocked" }
  }
  override_data {
    target = data.aws_caller_identity.this
    values = { account_id = "123456789012" }
  }
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws" }
  }
  override_resource {
    target = aws_ebs_volume.data
    values = { id = "vol-0123456789abcdef0" }
  }
}

variables {
  zone  = "weir.example"
  host  = "water.weir.example"
  email = "you@weir.example"
  image = { repository = "ghcr.io/owner/weir", tag = "v0.1.0" }
  chart = { place = "oci://ghcr.io/owner/charts/weir", version = "0.1.0" }
}

run "keeps_safely" {
  command = plan

  assert {
    condition     = aws_ebs_volume.data.encrypted && aws_kms_key.this.enable_key_rotation
    error_message = "The disk has to be encrypted, and its key to rotate."
  }

  assert {
    condition     = toset(keys(aws_s3_bucket.this)) == toset(["data", "models", "audio", "logs"]) && aws_s3_bucket.this["audio"].bucket == "weir-audio-123456789012"
    error_message = "There have to be four buckets, with the account in their names."
  }

  assert {
    condition = alltrue([for block in aws_s3_bucket_public_access_block.this :
    block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets]) && length(aws_s3_bucket_public_access_block.this) == 4
    error_message = "No bucket may be public."
  }

  assert {
    condition = alltrue([for document in data.aws_iam_policy_document.bucket : anytrue([for statement in document.statement :
    statement.effect == "Deny" && anytrue([for condition in statement.condition : condition.variable == "aws:SecureTransport"])])])
    error_message = "Each bucket has to refuse whoever comes without TLS."
  }

  assert {
    condition     = anytrue([for rule in aws_s3_bucket_lifecycle_configuration.this["audio"].rule : rule.id == "gone" && rule.expiration[0].days == 30])
    error_message = "Sound has to be gone after audio_days."
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "A tag may not move, and images have to be scanned."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.server.statement : statement.sid if contains(statement.resources, "*")] == ["RegistryLogin"]
    error_message = "Only the login to the registry may name all resources: it knows no other."
  }

  assert {
    condition     = !anytrue(flatten([for statement in data.aws_iam_policy_document.server.statement : [for action in statement.actions : strcontains(action, "*")]]))
    error_message = "The machine's role may name no wildcard action."
  }

  assert {
    condition     = output.url == "https://water.weir.example" && aws_budgets_budget.this.limit_amount == "120.00" && length(aws_budgets_budget.this.notification) == 2
    error_message = "There has to be a URL, and a budget that says something."
  }
}

run "encrypts_with_a_key_of_its_own" {
  command = plan

  assert {
    condition = { for name, each in aws_s3_bucket_server_side_encryption_configuration.this : name => one(one(each.rule).apply_server_side_encryption_by_default).sse_algorithm } == {
      data = "aws:kms", models = "aws:kms", audio = "aws:kms", logs = "AES256"
    }
    error_message = "Every bucket but that of logs is encrypted with the key."
  }
}

run "without_a_server_all_is_kept" {
  command = plan

  variables {
    server = false
  }

  assert {
    condition     = output.url == "" && output.address == null && length(aws_s3_bucket.this) == 4 && aws_ebs_volume.data.size == 40
    error_message = "Buckets and disk have to stay, and nothing else."
  }
}

run "machine" {
  command = plan

  module {
    source = "./server"
  }

  variables {
    name          = "weir"
    place         = "eu-central-1a"
    instance_type = "m7i.large"
    ami           = ""
    user_data     = "#cloud-config"
    volume        = "vol-0123456789abcdef0"
    key           = "arn:aws:kms:eu-central-1:123456789012:key/0"
    profile       = "weir-server"
  }

  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required" && aws_instance.this.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2 alone, and not for pods."
  }

  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted && aws_instance.this.user_data_replace_on_change
    error_message = "The system's disk has to be encrypted, and another start script makes another machine."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.server : rule.from_port]) == toset([80, 443]) && alltrue([for rule in aws_vpc_security_group_ingress_rule.server : rule.from_port == rule.to_port])
    error_message = "80 and 443 come in, and nothing else."
  }

  assert {
    condition     = aws_subnet.public.map_public_ip_on_launch == false && aws_cloudwatch_log_group.flow.retention_in_days == 365
    error_message = "Only the one address, and a flow log of a year."
  }

  assert {
    condition     = aws_route53_record.host.name == "water.weir.example" && aws_route53_record.host.type == "A"
    error_message = "The name has to point to the machine."
  }
}

run "refuses_a_host_elsewhere" {
  command = plan

  module {
    source = "./server"
  }

  variables {
    host          = "water.other.example"
    name          = "weir"
    place         = "eu-central-1a"
    instance_type = "m7i.large"
    ami           = ""
    user_data     = "#cloud-config"
    volume        = "vol-0123456789abcdef0"
    key           = "arn:aws:kms:eu-central-1:123456789012:key/0"
    profile       = "weir-server"
  }

  expect_failures = [var.host]
}

run "refuses_nonsense" {
  command = plan

  variables {
    name        = "Weir!"
    environment = "prod"
    region      = "Frankfurt"
    email       = "nobody"
    ami         = "al2023"
    disk_gib    = 5
    audio_days  = 0
    budget_usd  = 0
  }

  expect_failures = [var.name, var.environment, var.region, var.email, var.ami, var.disk_gib, var.audio_days, var.budget_usd]
}

run "refuses_a_zone_elsewhere" {
  command = plan

  variables {
    region            = "us-east-1"
    availability_zone = "eu-central-1a"
  }

  expect_failures = [var.availability_zone]
}
