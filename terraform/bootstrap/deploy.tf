# What the pipeline that applies terraform/aws may do, action by action. Two policies: one of things
# that have a name to hold on to, one of things whose names only AWS makes up.

resource "aws_iam_role_policy" "state" {
  name   = "state"
  role   = aws_iam_role.github["deploy"].id
  policy = data.aws_iam_policy_document.deploy_state.json
}

resource "aws_iam_role_policy" "named" {
  name   = "named-things"
  role   = aws_iam_role.github["deploy"].id
  policy = data.aws_iam_policy_document.named.json
}

resource "aws_iam_role_policy" "unnamed" {
  name   = "unnamed-things"
  role   = aws_iam_role.github["deploy"].id
  policy = data.aws_iam_policy_document.unnamed.json
}

data "aws_iam_policy_document" "deploy_state" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }

  statement {
    # DeleteObject is for the file that locks.
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.state.arn}/aws/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.state.arn]
  }
}

data "aws_iam_policy_document" "named" {
  statement {
    sid = "Buckets"
    actions = [
      "s3:CreateBucket", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketTagging", "s3:PutBucketTagging",
      "s3:GetBucketVersioning", "s3:PutBucketVersioning", "s3:GetBucketPolicy", "s3:PutBucketPolicy",
      "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "s3:GetBucketOwnershipControls",
      "s3:PutBucketOwnershipControls", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
      "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration", "s3:GetBucketLogging", "s3:PutBucketLogging",
      "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketWebsite", "s3:GetBucketRequestPayment",
      "s3:GetBucketObjectLockConfiguration", "s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration",
    ]
    # Not the state's own, and no object in any: data is deleted by a person.
    resources = [for name in ["data", "models", "audio", "logs"] : "arn:${local.partition}:s3:::${var.name}-${name}-${local.account}"]
  }

  statement {
    sid = "Registry"
    actions = [
      "ecr:CreateRepository", "ecr:DescribeRepositories", "ecr:ListTagsForResource", "ecr:TagResource",
      "ecr:PutImageTagMutability", "ecr:PutImageScanningConfiguration", "ecr:GetLifecyclePolicy",
      "ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy", "ecr:GetRepositoryPolicy",
    ]
    resources = ["arn:${local.partition}:ecr:${var.region}:${local.account}:repository/${var.name}"]
  }

  statement {
    sid = "Roles"
    actions = [
      "iam:CreateRole", "iam:GetRole", "iam:DeleteRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy",
      "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
      "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy",
    ]
    resources = local.roles
  }

  statement {
    sid       = "OnlySsmIsAttached"
    actions   = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/${var.name}-server"]

    condition {
      test     = "ArnEquals"
      variable = "iam:PolicyARN"
      values   = ["arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"]
    }
  }

  statement {
    sid       = "PassRoles"
    actions   = ["iam:PassRole"]
    resources = local.roles

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }

  statement {
    sid = "Profile"
    actions = [
      "iam:CreateInstanceProfile", "iam:GetInstanceProfile", "iam:DeleteInstanceProfile", "iam:TagInstanceProfile",
      "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile",
    ]
    resources = ["arn:${local.partition}:iam::${local.account}:instance-profile/${var.name}-server"]
  }

  statement {
    sid = "Logs"
    actions = [
      "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:AssociateKmsKey",
      "logs:ListTagsForResource", "logs:TagResource",
    ]
    resources = [
      "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/${var.name}/flow",
      "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/${var.name}/flow:*",
    ]
  }

  statement {
    sid = "Alarm"
    actions = [
      "cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms",
      "cloudwatch:ListTagsForResource", "cloudwatch:TagResource",
    ]
    resources = ["arn:${local.partition}:cloudwatch:${var.region}:${local.account}:alarm:${var.name}-recover"]
  }

  statement {
    sid       = "Budget"
    actions   = ["budgets:ViewBudget", "budgets:ModifyBudget", "budgets:ListTagsForResource", "budgets:TagResource"]
    resources = ["arn:${local.partition}:budgets::${local.account}:budget/${var.name}"]
  }

  statement {
    sid       = "SystemImage"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${local.partition}:ssm:${var.region}::parameter/aws/service/ami-amazon-linux-latest/*"]
  }
}

locals {
  roles = [for role in ["server", "flow"] : "arn:${local.partition}:iam::${local.account}:role/${var.name}-${role}"]
}

data "aws_iam_policy_document" "unnamed" {
  #checkov:skip=CKV_AWS_356:What AWS numbers itself has no name before it is made; region and tag hold it in
  statement {
    sid = "Look"
    actions = [
      "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeAvailabilityZones",
      "ec2:DescribeFlowLogs", "ec2:DescribeImages", "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceCreditSpecifications", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces",
      "ec2:DescribePrefixLists", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVolumes",
      "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
      "kms:ListAliases", "logs:DescribeLogGroups", "route53:ListHostedZones", "route53:GetChange",
    ]
    resources = ["*"]
  }

  statement {
    sid = "Make"
    actions = [
      "ec2:AllocateAddress", "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateRouteTable",
      "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVolume", "ec2:CreateVpc",
      "ec2:CreateVpcEndpoint", "ec2:RunInstances", "kms:CreateKey", "kms:TagResource",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid       = "TagWhatIsMade"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:${var.region}:${local.account}:*/*"]
  }

  statement {
    sid = "Change"
    actions = [
      "ec2:AssociateAddress", "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AttachVolume",
      "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateRoute",
      "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
      "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
      "ec2:DetachInternetGateway", "ec2:DetachVolume", "ec2:DisassociateAddress",
      "ec2:DisassociateRouteTable", "ec2:ModifyInstanceAttribute", "ec2:ModifySubnetAttribute",
      "ec2:ModifyVolume", "ec2:ModifyVpcAttribute", "ec2:ReleaseAddress", "ec2:RevokeSecurityGroupEgress",
      "ec2:RevokeSecurityGroupIngress", "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances",
    ]
    resources = ["arn:${local.partition}:ec2:${var.region}:${local.account}:*/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.name]
    }
  }

  statement {
    sid = "Keys"
    actions = [
      "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:EnableKeyRotation",
      "kms:GenerateDataKeyWithoutPlaintext", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
      "kms:ListResourceTags", "kms:PutKeyPolicy",
    ]
    resources = ["arn:${local.partition}:kms:${var.region}:${local.account}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.name]
    }
  }

  statement {
    sid       = "Alias"
    actions   = ["kms:CreateAlias"]
    resources = ["arn:${local.partition}:kms:${var.region}:${local.account}:alias/${var.name}"]
  }

  statement {
    sid       = "Names"
    actions   = ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ChangeResourceRecordSets"]
    resources = ["arn:${local.partition}:route53:::hostedzone/*"]
  }
}
