# For users. Logs and endpoints are protected against accidental destruction.
region = "eu-west-1"
# account_id = "123456789012"  # Terraform then refuses to touch any other account.
protected          = true
log_retention_days = 365

state = {
  backend      = "cloud"
  organization = "your-organization"
  workspace    = "{{name}}-prod"
}

functions = {
  api = {
    memory_mb = 1024
    endpoint  = "iam"
  }
}

# A new version gets a tenth of the requests, and the rest if it does not do worse than the old one.
rollout = { strategy = "canary" }

# As many instances as usage calls for, instead of fixed numbers.
warming = {
  conditional = { enabled = true }
  peak        = { enabled = false }
}
