/**
 * Runs a function's bundle as Lambda does, and reports how long that takes: node invoke.mjs <URL of the bundle>
 * <invocations> [module,...] The modules are loaded before the clock starts. `cold` is the time to load it and to
 * answer once, in milliseconds; `warm` is the time per further invocation, in microseconds.
 */
/* global process, setImmediate */
const WARM_UP_INVOCATIONS = 2000;

const [bundle, invocations, modules] = process.argv.slice(2);
const { AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB } = process.env;
let count = 0;

for (const name of modules?.split(",") ?? []) process.getBuiltinModule(name);

const begin = process.hrtime();
const { handler } = await import(bundle);
await invoke();
globalThis.figures = { cold: nanosecondsSince(begin) / 1e6 };

if (Number(invocations) > 0) {
  await invokeInTurns(WARM_UP_INVOCATIONS);
  const start = process.hrtime();
  await invokeInTurns(Number(invocations));
  globalThis.figures.warm = nanosecondsSince(start) / 1e3 / Number(invocations);
  globalThis.figures.invocations = count;
}

function invoke() {
  const id = (count++).toString(16).padStart(12, "0");
  // New for each request, as Lambda sets it. Not sampled, like most requests: tracing is off for them.
  process.env._X_AMZN_TRACE_ID = `Root=1-5759e988-bd862e3fe1be${id};Parent=53995c3f42cd8ad8;Sampled=0`;
  const event = { rawPath: "/health", requestContext: { http: { method: "GET" } } };
  return handler(event, {
    functionName,
    functionVersion: "1",
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${functionName}:live`,
    memoryLimitInMB,
    awsRequestId: `8f507cfc-8d1b-4d3c-9a6e-${id}`,
    getRemainingTimeInMillis: () => 3000,
  });
}

/** Each invocation has its own turn of the event loop, so that deferred work of a contestant counts, too. */
async function invokeInTurns(times) {
  for (let time = 0; time < times; time++) {
    await invoke();
    await new Promise(setImmediate);
  }
}

function nanosecondsSince(start) {
  const [seconds, nanoseconds] = process.hrtime(start);
  return seconds * 1e9 + nanoseconds;
}
