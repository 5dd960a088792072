# Calls the modules that `npm run ops -- synth --modules ../plain-terraform/modules` writes in a Warmwatch project.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "s3" {
    bucket       = "your-terraform-states"
    key          = "shop/dev.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

# The region that environments/dev.tfvars names.
provider "aws" {
  region = "eu-west-1"
}

module "dev" {
  source = "./modules/dev"

  tags = { Team = "shop" }
}

output "shop" {
  value = module.dev
}
