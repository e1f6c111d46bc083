# The platform's place in Google Cloud, with the least that it needs: an account that runs jobs in one project and writes
# one set of datasets, and people who may read them. Apply it with a project that exists and has billing:
#   terraform init && terraform apply -var project=my-shop-prod

terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 5.0"
    }
  }
}

variable "project" {
  description = "The project that holds the datasets and pays for the jobs."
  type        = string
}

variable "location" {
  description = "Where the datasets are; ECOM_BIGQUERY_LOCATION says the same. It cannot be changed later."
  type        = string
  default     = "US"
}

variable "dataset_prefix" {
  description = "A layer's dataset is this and the layer's name; ECOM_BIGQUERY_DATASET_PREFIX says the same."
  type        = string
  default     = "ecom_"
}

variable "readers" {
  description = "Who may read marts, analyses and insights: members such as group:analysts@example.com."
  type        = set(string)
  default     = []
}

variable "impersonators" {
  description = "Who may act as the platform's account: members such as user:me@example.com. Instead of key files."
  type        = set(string)
  default     = []
}

variable "daily_tib" {
  description = "The most that the whole project may query a day on demand, in TiB. The platform's own cap is per job."
  type        = number
  default     = 1
}

locals {
  layers = toset([
    "raw", "violations", "quarantine", "clean", "marts", "analysis", "insights", "dashboard", "quality", "platform",
    "staging",
  ])
  read = setproduct(["marts", "analysis", "insights", "dashboard"], var.readers)
}

provider "google" {
  project = var.project
}

resource "google_project_service" "bigquery" {
  service            = "bigquery.googleapis.com"
  disable_on_destroy = false
}

resource "google_service_account" "platform" {
  account_id   = "ecom-platform"
  display_name = "Runs the e-commerce platform"
}

# Jobs are run, and seen, in the project; nothing else is granted on it. The datasets are made here, so that the platform
# need not be able to make any.
resource "google_project_iam_member" "jobs" {
  for_each = toset(["roles/bigquery.jobUser", "roles/bigquery.resourceViewer"])
  project  = var.project
  role     = each.value
  member   = google_service_account.platform.member
}

resource "google_bigquery_dataset" "layer" {
  for_each    = local.layers
  dataset_id  = "${var.dataset_prefix}${each.value}"
  location    = var.location
  description = "The layer ${each.value} of the e-commerce platform; written by it alone."
  labels      = { platform = "ecom-platform", layer = each.value }
  # Staging forgets by itself what a killed run left behind.
  default_table_expiration_ms = each.value == "staging" ? 86400000 : null
  depends_on                  = [google_project_service.bigquery]
}

resource "google_bigquery_dataset_iam_member" "platform" {
  for_each   = local.layers
  dataset_id = google_bigquery_dataset.layer[each.value].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.platform.member
}

resource "google_bigquery_dataset_iam_member" "readers" {
  for_each   = { for pair in local.read : "${pair[0]} ${pair[1]}" => { layer = pair[0], member = pair[1] } }
  dataset_id = google_bigquery_dataset.layer[each.value.layer].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member
}

resource "google_service_account_iam_member" "impersonators" {
  for_each           = var.impersonators
  service_account_id = google_service_account.platform.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value
}

resource "google_service_usage_consumer_quota_override" "daily_bytes" {
  provider       = google-beta
  project        = var.project
  service        = "bigquery.googleapis.com"
  metric         = "bigquery.googleapis.com%2Fquota%2Fquery%2Fusage"
  limit          = "%2Fd%2Fproject"
  override_value = tostring(floor(var.daily_tib * 1048576))
  force          = true
}

provider "google-beta" {
  project = var.project
}

output "environment" {
  description = "What the platform is to be started with."
  value       = <<-EOT
    ECOM_TARGET=bigquery
    ECOM_BIGQUERY_PROJECT=${var.project}
    ECOM_BIGQUERY_LOCATION=${var.location}
    ECOM_BIGQUERY_DATASET_PREFIX=${var.dataset_prefix}
    ECOM_BIGQUERY_IMPERSONATE=${google_service_account.platform.email}
  EOT
}
