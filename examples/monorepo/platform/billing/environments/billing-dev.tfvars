region = "eu-west-1"
state  = { backend = "local" }

functions = {
  invoices = {
    entry   = "../../services/invoices/src/lambda.ts"
    handler = "lambda.sumInvoice"
  }
}
