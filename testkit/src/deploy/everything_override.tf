# Beside the environment dev, for the proof of roles: everything switched on that takes a right of its own, and a
# schedule that fires while one watches.

module "cluster_cleanup" {
  mode          = "apply"
  report_bucket = { name = "nightshift-reports" }

  policy = {
    deletion_protection = "override"
    stopped_clusters    = "start"
  }

  schedule = {
    expression     = "cron(0 2 * * ? *)"
    window_minutes = 0
  }
}
