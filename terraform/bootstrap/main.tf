# Made once by a person, before anything else: where state lies, and who may change it from GitHub.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  issuer    = "token.actions.githubusercontent.com"

  # Who comes in as what. GitHub puts the environment in the place of the branch for a job that has
  # one, so each of both is pinned to exactly one sentence.
  subjects = {
    push   = "repo:${var.repository}:ref:refs/heads/${var.branch}"
    deploy = "repo:${var.repository}:environment:${var.environment}"
  }
}
