# The environment to try things out in: short-lived logs, and its state in a file on this computer.
region             = "eu-west-1"
log_retention_days = 7

state = { backend = "local" }

functions = {
  api = {
    memory_mb = 256
    endpoint  = "iam"
  }
}
