region = "eu-west-1"
state  = { backend = "local" }

functions = {
  orders = {
    entry   = "../../services/orders/src/lambda.ts"
    handler = "lambda.priceOrder"
  }
}
