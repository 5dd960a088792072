/** lambda-local's HTTP server with the function that is measured: node lambda-local.js <port>. */
const lambdaLocal = require("lambda-local");

// It would write lines for each request.
for (const transport of lambdaLocal.getLogger().transports) transport.silent = true;
lambdaLocal.watch({
  lambdaPath: require.resolve("./function/handler.js"),
  lambdaHandler: "handler",
  timeoutMs: 30_000,
  port: Number(process.argv[2]),
});
process.stdout.write("listening\n");
