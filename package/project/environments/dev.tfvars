# For trying things out: short-lived logs, and the state in a file on this computer.
region             = "eu-west-1"
log_retention_days = 7

state = { backend = "local" }

functions = {
  api = {
    memory_mb = 256
    endpoint  = "iam"
  }
}

# Too few requests to judge by: fixed thresholds alone ring alarms.
objectives = false
