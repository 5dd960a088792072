# As production, with less memory and a month of logs.
region = "eu-west-1"
# account_id = "123456789012"  # Terraform then refuses to touch any other account.
log_retention_days = 30

state = {
  backend      = "cloud"
  organization = "your-organization"
  workspace    = "{{name}}-staging"
}

functions = {
  api = {
    memory_mb = 512
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
