# What the lock file beside it is chosen from: the range of stacks/provider-version.ts.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
