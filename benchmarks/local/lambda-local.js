/** lambda-local's HTTP server with the measured function: node lambda-local.js <port>. */
const lambdaLocal = require("lambda-local");

// Otherwise it would log each request.
for (const transport of lambdaLocal.getLogger().transports) transport.silent = true;
lambdaLocal.watch({
  lambdaPath: require.resolve("./function/handler.js"),
  lambdaHandler: "handler",
  timeoutMs: 30_000,
  port: Number(process.argv[2]),
});
process.stdout.write("listening\n");
