# What the machine may do: pull its image, and copy to and from its buckets. Each is granted on the
# one thing, none on the project.
resource "google_service_account" "server" {
  account_id   = "${var.name}-server"
  display_name = "The machine that runs ${var.name}"
}

resource "google_artifact_registry_repository_iam_member" "pull" {
  repository = google_artifact_registry_repository.this.name
  location   = google_artifact_registry_repository.this.location
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.server.member
}

resource "google_storage_bucket_iam_member" "networks" {
  bucket = google_storage_bucket.this["models"].name
  role   = "roles/storage.objectViewer"
  member = google_service_account.server.member
}

resource "google_storage_bucket_iam_member" "sound" {
  bucket = google_storage_bucket.this["audio"].name
  role   = "roles/storage.objectUser"
  member = google_service_account.server.member
}

# To compare it has to list, and no list is of one prefix only.
resource "google_storage_bucket_iam_member" "backup_list" {
  bucket = google_storage_bucket.this["data"].name
  role   = "roles/storage.legacyBucketReader"
  member = google_service_account.server.member
}

resource "google_storage_bucket_iam_member" "backup" {
  bucket = google_storage_bucket.this["data"].name
  role   = "roles/storage.objectUser"
  member = google_service_account.server.member

  condition {
    title      = "backup"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.this["data"].name}/objects/backup/\")"
  }
}
