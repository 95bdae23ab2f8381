# Data sets and backups, networks, kept sound, and who asked for any of them. Google takes requests
# by TLS alone, so there is no policy that says so.

locals {
  buckets = {
    data   = "data sets and backups"
    models = "promoted networks"
    audio  = "sound of those who want it to be kept"
    logs   = "who asked for what"
  }
}

resource "google_storage_bucket" "this" {
  for_each = local.buckets

  # Names are the whole world's, so the project is in them.
  name                        = "${var.project}-${var.name}-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = google_kms_crypto_key.this.id
  }

  # Sound that was deleted has to be gone soon.
  soft_delete_policy {
    retention_duration_seconds = each.key == "audio" ? 0 : 604800
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = each.key == "audio" ? 1 : 30
      with_state                 = "ARCHIVED"
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.key == "data" ? [30] : []

    content {
      action {
        type          = "SetStorageClass"
        storage_class = "NEARLINE"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = { for name, days in { audio = var.audio_days, logs = 90 } : name => days if name == each.key }

    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "logging" {
    for_each = each.key == "logs" ? [] : ["${var.project}-${var.name}-logs"]

    content {
      log_bucket        = logging.value
      log_object_prefix = each.key
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_kms_crypto_key_iam_member.storing]
}

resource "google_storage_bucket_iam_member" "logs" {
  bucket = google_storage_bucket.this["logs"].name
  role   = "roles/storage.objectCreator"
  member = "group:cloud-storage-analytics@google.com"
}
