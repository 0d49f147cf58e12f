# The provider and `local.b` come from clients-terraform.ts. Robots wait for the prefix of their names.
resource "harbor_project" "plain" {
  name = "tf-plain"
}

resource "harbor_project" "full" {
  name                        = "tf-full"
  public                      = !local.b
  vulnerability_scanning      = local.b
  storage_quota               = local.b ? 7 : 5
  cve_allowlist               = local.b ? ["CVE-2024-0001"] : ["CVE-2024-0001", "CVE-2024-0002"]
  enable_content_trust_cosign = !local.b
  auto_sbom_generation        = !local.b
  deployment_security         = local.b ? "critical" : "high"
  force_destroy               = true
}

resource "harbor_user" "ada" {
  username  = "tf-ada"
  password  = local.b ? "Password54321" : "Password12345"
  full_name = local.b ? "Ada L" : "Ada Lovelace"
  email     = local.b ? "ada2@example.com" : "ada@example.com"
  admin     = local.b
}

resource "harbor_group" "oidc" {
  group_name = "tf-crew"
  group_type = 3
}

resource "harbor_project_member_user" "ada" {
  project_id = harbor_project.full.id
  user_name  = harbor_user.ada.username
  role       = local.b ? "limitedguest" : "projectadmin"
}

resource "harbor_project_member_group" "crew" {
  project_id = harbor_project.full.id
  group_name = harbor_group.oidc.group_name
  role       = local.b ? "guest" : "maintainer"
  type       = "oidc"
}

resource "harbor_label" "everywhere" {
  name        = local.b ? "tf-other" : "tf-label"
  description = local.b ? "" : "some text"
  color       = local.b ? "#FF0000" : "#00FF00"
}

resource "harbor_label" "own" {
  name       = "tf-own"
  project_id = harbor_project.full.id
}

resource "harbor_robot_account" "system" {
  name        = "tf-system"
  description = local.b ? "other" : "of the system"
  level       = "system"
  duration    = local.b ? 30 : -1
  disable     = local.b
  secret      = local.b ? "Secret54321" : "Secret12345"
  depends_on  = [harbor_config_system.settings]
  permissions {
    kind      = "system"
    namespace = "/"
    access {
      resource = "audit-log"
      action   = "list"
    }
  }
  permissions {
    kind      = "project"
    namespace = local.b ? "*" : harbor_project.plain.name
    access {
      resource = "repository"
      action   = "pull"
      effect   = "allow"
    }
    access {
      resource = "repository"
      action   = "push"
    }
  }
}

resource "harbor_robot_account" "project" {
  name              = "tf-project"
  level             = "project"
  disable           = local.b
  secret_wo         = local.b ? "Secret54321" : "Secret12345"
  secret_wo_version = local.b ? 2 : 1
  depends_on        = [harbor_config_system.settings]
  permissions {
    kind      = "project"
    namespace = harbor_project.full.name
    access {
      resource = "repository"
      action   = local.b ? "push" : "pull"
    }
    access {
      resource = "repository"
      action   = "list"
    }
  }
}

resource "harbor_immutable_tag_rule" "releases" {
  project_id    = harbor_project.full.id
  disabled      = !local.b
  repo_matching = local.b ? "**" : "**-release"
  tag_matching  = "v*"
}

resource "harbor_retention_policy" "full" {
  scope    = harbor_project.full.id
  schedule = local.b ? "0 30 2 * * *" : "Daily"
  rule {
    n_days_since_last_pull = local.b ? 6 : 5
    repo_matching          = "**"
    tag_matching           = "latest"
  }
  rule {
    most_recently_pushed = 3
    disabled             = local.b
    repo_excluding       = "{a,b}/**"
    tag_excluding        = "v*"
    untagged_artifacts   = false
  }
  rule {
    always_retain = true
    repo_matching = "**"
    tag_matching  = "keep*"
  }
}

resource "harbor_project_webhook" "hook" {
  name             = "tf-hook"
  project_id       = harbor_project.full.id
  address          = local.b ? "https://example.org/b" : "https://example.org/a"
  notify_type      = "http"
  description      = local.b ? "" : "text"
  enabled          = !local.b
  skip_cert_verify = !local.b
  auth_header      = "Bearer sesame"
  events_types     = local.b ? ["PUSH_ARTIFACT"] : ["DELETE_ARTIFACT", "PULL_ARTIFACT", "QUOTA_EXCEED"]
  lifecycle {
    ignore_changes = [auth_header]
  }
}

resource "harbor_config_system" "settings" {
  project_creation_restriction   = local.b ? "everyone" : "adminonly"
  robot_token_expiration         = local.b ? 60 : 30
  token_expiration               = local.b ? 45 : 30
  session_timeout                = local.b ? 90 : 60
  robot_name_prefix              = "harbor@"
  scanner_skip_update_pulltime   = !local.b
  storage_per_project            = local.b ? -1 : 100
  notification_enable            = local.b
  disabled_audit_log_event_types = "pull_artifact"
  banner_message {
    message   = local.b ? "other" : "hello"
    type      = local.b ? "warning" : "info"
    closable  = true
    from_date = "09/01/2026"
    to_date   = "12/31/2026"
  }
}

resource "harbor_config_security" "allowlist" {
  cve_allowlist = local.b ? ["CVE-1", "CVE-9"] : ["CVE-1", "CVE-2"]
  expires_at    = local.b ? null : 1893456000
}

resource "harbor_garbage_collection" "collection" {
  schedule        = local.b ? "0 15 3 * * 6" : "Daily"
  delete_untagged = !local.b
  workers         = local.b ? 3 : 2
}

resource "harbor_purge_audit_log" "purge" {
  schedule             = local.b ? "0 15 4 * * 6" : "Weekly"
  audit_retention_hour = local.b ? 48 : 24
  include_event_types  = local.b ? "create_artifact, other" : "push,pull"
}

data "harbor_project" "full" {
  name = harbor_project.full.name
}

data "harbor_projects" "own" {
  name       = "^tf-"
  depends_on = [harbor_project.full, harbor_project.plain]
}

data "harbor_users" "ada" {
  username = harbor_user.ada.username
}

data "harbor_groups" "crew" {
  group_name = harbor_group.oidc.group_name
}

data "harbor_project_member_users" "full" {
  project_id = harbor_project_member_user.ada.project_id
}

data "harbor_project_member_groups" "full" {
  project_id = harbor_project_member_group.crew.project_id
}

data "harbor_robot_accounts" "full" {
  level      = "project"
  project_id = harbor_project.full.project_id
  depends_on = [harbor_robot_account.project]
}
