mock_provider "aws" {
  override_during = plan

  override_data {
    target = data.aws_caller_identity.this
    values = { account_id = "123456789012" }
  }
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::weir-state-123456789012", id = "weir-state-123456789012" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mocked" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
  }
}

variables {
  repository = "owner/weir"
}

run "only_these_pipelines_come_in" {
  command = plan

  assert {
    condition = { for name, document in data.aws_iam_policy_document.trust : name => [for condition in document.statement[0].condition : one(condition.values) if endswith(condition.variable, ":sub")] } == {
      push   = ["repo:owner/weir:ref:refs/heads/main"]
      deploy = ["repo:owner/weir:environment:production"]
    }
    error_message = "sub has to be one branch, or one environment."
  }

  assert {
    condition     = alltrue(flatten([for document in data.aws_iam_policy_document.trust : [for condition in document.statement[0].condition : condition.test == "StringEquals"]]))
    error_message = "No trust may rest on a pattern."
  }
}

run "roles_name_what_they_may" {
  command = plan

  assert {
    condition = !anytrue(flatten([for document in [data.aws_iam_policy_document.push, data.aws_iam_policy_document.deploy_state, data.aws_iam_policy_document.named, data.aws_iam_policy_document.unnamed] :
    [for statement in document.statement : [for action in statement.actions : strcontains(action, "*")]]]))
    error_message = "No role may have a wildcard action."
  }

  assert {
    condition     = !anytrue(flatten([for document in [data.aws_iam_policy_document.deploy_state, data.aws_iam_policy_document.named] : [for statement in document.statement : contains(statement.resources, "*")]]))
    error_message = "What has a name has to be named."
  }

  assert {
    condition     = !contains(flatten([for statement in data.aws_iam_policy_document.named.statement : statement.actions]), "s3:DeleteBucket")
    error_message = "A pipeline may not delete data."
  }
}

run "state_is_safe" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_kms_key.state.enable_key_rotation
    error_message = "State has versions, nobody else can read it, and its key rotates."
  }

  assert {
    condition     = strcontains(output.backend, "bucket     = \"weir-state-123456789012\"")
    error_message = "What goes into backend.hcl has to name the bucket."
  }
}

run "refuses_wildcards" {
  command = plan

  variables {
    repository  = "owner/*"
    branch      = "*"
    environment = "prod*"
  }

  expect_failures = [var.repository, var.branch, var.environment]
}
