/**
 * The runtime client: runs in the execution environment, loads the function and requests one invocation after another
 * from the Runtime API, as AWS's own client does (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client).
 */
import { existsSync, readFileSync, writeSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format, types } from "node:util";

// Not from node:process: importing it opens standard output, which then no longer accepts a whole write at once.
const { console, process, setImmediate, setInterval, setTimeout } = globalThis;
const { env } = process;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
// The function may wrap http's functions later; its figures must not include the runtime's traffic.
const { request } = http;

/**
 * Where console writes, synchronously and completely; output to standard output may still be in transit when the
 * process is frozen.
 */
const logFile = Number(env._LAMBDA_TELEMETRY_LOG_FD);
delete env._LAMBDA_TELEMETRY_LOG_FD;

/** From nodejs24.x on, handlers answer with a promise or a value, and uncaught errors are not reported. */
const hasCallbacks = Number(process.versions.node.split(".")[0]) < 24;

/** AWS's exit codes after an uncaught error. */
const UNHANDLED_REJECTION = 128;
const UNCAUGHT_EXCEPTION = 129;

let requestId;
let postUncaught = (error) => call("POST", "/init/error", errorBody(error));
let whenNothingIsLeftToDo = () => {};

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = `Runtime.${type}`;
  }
}

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": byteLength(body) };
    const outgoing = request({ host, port, agent, method, path: `/2018-06-01/runtime${path}`, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ headers: answer.headers, text }));
      answer.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function byteLength(text) {
  return globalThis.Buffer.byteLength(text);
}

/** Marks a handler that answers with a stream; AWS's client looks for the same. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";

/** https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
function provideStreaming() {
  if (["1", "true"].includes(env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) return;
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse: (handler, options) => {
      handler[STREAMING] = "response";
      if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: {
      /** Sends status, headers and cookies before the first write. */
      from(stream, prelude) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(prelude));
          write(new Uint8Array(8));
        };
        return stream;
      },
    },
  };
}

/**
 * A response that is sent while it is written:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
 */
function openResponse(id) {
  const stream = request({
    host,
    port,
    agent,
    method: "POST",
    path: `/2018-06-01/runtime/invocation/${id}/response`,
    headers: {
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      Trailer: [ERROR_TYPE, ERROR_BODY],
      "Content-Type": "application/octet-stream",
      "Transfer-Encoding": "chunked",
    },
  });
  const sent = new Promise((resolve, reject) => {
    stream.on("response", (answer) => answer.resume().on("end", resolve).on("error", reject));
    stream.on("error", reject);
  });
  let hasBegun = false;
  const write = stream.write.bind(stream);
  stream.setContentType = (type) => {
    if (hasBegun) throw new RuntimeError("InvalidStreamingOperation", "Cannot set content-type, too late.");
    stream.setHeader("Content-Type", type);
  };
  stream.write = (chunk, ...rest) => {
    const isFirst = !hasBegun;
    hasBegun = true;
    if (isFirst) stream._onBeforeFirstWrite?.((part) => write(part));
    const isRaw = typeof chunk === "string" || chunk instanceof Uint8Array;
    return write(isRaw ? chunk : JSON.stringify(chunk), ...rest);
  };
  const fail = (error) => {
    const body = errorBody(error);
    stream.addTrailers({
      [ERROR_TYPE]: JSON.parse(body).errorType,
      [ERROR_BODY]: globalThis.Buffer.from(body).toString("base64"),
    });
    return new Promise((resolve) => stream.end(resolve)).then(() => sent);
  };
  return { stream, sent, fail };
}

/** Lets a handler answer with a stream; resolves when the stream has ended. */
async function handleStreaming(handler, id, event, context) {
  const { stream, sent, fail } = openResponse(id);
  // Code that waits for it gets the error; nobody has to wait.
  sent.catch(() => {});
  postUncaught = fail;
  whenNothingIsLeftToDo = () => {};
  try {
    const result = handler(event, stream, context);
    if (typeof result?.then !== "function") throw new Error("Streaming does not support non-async handlers.");
    if ((await result) !== undefined) console.warn("Streaming handlers ignore return values.");
    await sent;
  } catch (error) {
    console.error(asError(error));
    await fail(error);
  }
}

function errorBody(error) {
  const isError = types.isNativeError(error) || (error?.name && error.message && error.stack);
  try {
    // Like AWS, which writes the character DEL as %7F.
    return JSON.stringify(
      isError
        ? { errorType: error.name, errorMessage: error.message, trace: error.stack.split("\n") }
        : { errorType: typeof error, errorMessage: String(error), trace: [] },
    ).replaceAll("\x7f", "%7F");
  } catch {
    const errorMessage =
      "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack";
    return JSON.stringify({ errorType: "handled", errorMessage, trace: [] });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html#nodejs-logging-advanced-JSON */
function logAs(level) {
  return (...values) => {
    const [first] = values;
    const error = values.find((value) => value instanceof Error);
    const line = {
      timestamp: new Date().toISOString(),
      level,
      requestId,
      message: values.length > 1 ? format(...values) : first,
      ...(error && values.length > 1 ? describe(error) : {}),
    };
    let text;
    try {
      text = JSON.stringify(line, (_, value) => (value instanceof Error ? { ...describe(value), ...value } : value));
    } catch {
      text = JSON.stringify({ ...line, message: format(first) });
    }
    writeFully(`${text}\n`);
  };
}

function writeFully(text) {
  let rest = globalThis.Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(logFile, rest));
}

function asError(thrown) {
  return thrown instanceof Error ? thrown : new Error(thrown);
}

function describe(error) {
  const errorType = error instanceof RuntimeError ? error.name.slice("Runtime.".length) : error.constructor.name;
  return { errorType, errorMessage: error.message, stackTrace: error.stack?.split("\n") };
}

function patchConsole() {
  // The log level of a function is INFO: lower levels are not written.
  console.trace = console.debug = () => {};
  console.log = console.info = logAs("INFO");
  console.warn = logAs("WARN");
  console.error = logAs("ERROR");
  console.fatal = logAs("FATAL");
}

async function loadHandler() {
  const [, file, path] = /^([^.]+)\.(.+)$/.exec(env._HANDLER) ?? [];
  if (!file) throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const found = [".js", ".mjs", ".cjs"].map((ending) => join(env.LAMBDA_TASK_ROOT, file + ending)).find(existsSync);
  if (!found) throw new RuntimeError("ImportModuleError", `Error: Cannot find module '${file}'`);
  const loaded = await import(pathToFileURL(found).href).catch((error) => {
    if (error instanceof SyntaxError) {
      throw Object.assign(new RuntimeError("UserCodeSyntaxError", String(error)), { stack: error.stack });
    }
    // As in AWS, only for require(): Node.js reports a missing import of a module.
    if (error?.code === "MODULE_NOT_FOUND") throw new RuntimeError("ImportModuleError", String(error));
    throw error;
  });
  const handler = path.split(".").reduce((value, key) => value?.[key], { ...loaded.default, ...loaded });
  if (!handler) throw new RuntimeError("HandlerNotFound", `${env._HANDLER} is undefined or not exported`);
  if (typeof handler !== "function") throw new RuntimeError("HandlerNotFound", `${env._HANDLER} is not a function`);
  if (handler[STREAMING] && handler[STREAMING] !== "response") {
    throw new RuntimeError("MalformedStreamingHandler", "Only response streaming is supported.");
  }
  if (!hasCallbacks && handler.length > 2 && !handler[STREAMING]) {
    throw new RuntimeError("CallbackHandlerDeprecated", "AWS Lambda has no callbacks from Node.js 24 on");
  }
  return handler;
}

/** Runs one invocation; resolves when its outcome has been reported. */
function handle(handler, headers, event) {
  const id = headers["lambda-runtime-aws-request-id"];
  requestId = id;
  env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  return new Promise((resolve, reject) => {
    let reported = false;
    const report = (path, body) => {
      if (reported) return;
      reported = true;
      whenNothingIsLeftToDo = () => {};
      call("POST", `/invocation/${id}/${path}`, body).then(resolve, reject);
    };
    const fail = (error) => {
      console.error(asError(error));
      report("error", errorBody(error));
    };
    const succeed = (result) => {
      let body;
      try {
        body = JSON.stringify(result === undefined ? null : result) ?? "null";
      } catch {
        const reason = "Unable to stringify response body";
        return fail(hasCallbacks ? new Error(reason) : new RuntimeError("JSONStringifyError", reason));
      }
      report("response", body);
    };
    const done = (error, result) => (error === undefined || error === null ? succeed(result) : fail(error));
    let isAnswered = false;
    const first =
      (answer) =>
      (...values) => {
        if (isAnswered) return;
        isAnswered = true;
        answer(...values);
      };

    const deadline = Number(headers["lambda-runtime-deadline-ms"]);
    const clientContext = headers["lambda-runtime-client-context"];
    const context = {
      ...(hasCallbacks && {
        callbackWaitsForEmptyEventLoop: true,
        succeed: first(succeed),
        fail: first((error) => fail(error ?? "handled")),
        done: first(done),
      }),
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: clientContext && JSON.parse(clientContext),
      identity: undefined,
      invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
      awsRequestId: id,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    if (handler[STREAMING]) {
      handleStreaming(handler, id, event, context).then(resolve, reject);
      return;
    }
    const callback = first((error, result) => {
      if (context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null)) {
        whenNothingIsLeftToDo = () => succeed(result);
      } else done(error, result);
    });

    postUncaught = (error) => call("POST", `/invocation/${id}/error`, errorBody(error));
    whenNothingIsLeftToDo = () => {
      if (!hasCallbacks) process.exitCode = 0;
      else if (handler.constructor.name === "AsyncFunction") {
        fail(new RuntimeError("NodeJsExit", "the event loop is empty, and the handler's promise was never settled"));
      } else succeed(null);
    };
    try {
      const result = hasCallbacks ? handler(event, context, callback) : handler(event, context);
      if (!hasCallbacks) Promise.resolve(result).then(succeed, fail);
      else if (typeof result?.then === "function") result.then(context.succeed, context.fail);
    } catch (error) {
      first(fail)(error);
    }
  });
}

/**
 * A process begins with the peak of its parent, however large that is:
 * https://man7.org/linux/man-pages/man2/getrusage.2.html. As long as it has not exceeded that, /proc shows its own
 * peak.
 */
function tellOwnPeakMemory() {
  const { resourceUsage } = process;
  const inherited = resourceUsage.call(process).maxRSS;
  process.resourceUsage = () => {
    const usage = resourceUsage.call(process);
    return usage.maxRSS > inherited ? usage : { ...usage, maxRSS: ownPeakKilobytes() ?? usage.maxRSS };
  };
}

function ownPeakKilobytes() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return undefined;
  }
}

const SLOW_MILLISECONDS = 3000;

/** Handlers that fail on purpose. */
const FAULTY_HANDLERS = {
  throw: async () => {
    throw new Error("broken on purpose");
  },
  crash: async () => process.exit(1),
  "time-out": () => new Promise(() => setInterval(() => {}, SLOW_MILLISECONDS)),
};

tellOwnPeakMemory();
provideStreaming();
patchConsole();
if (hasCallbacks) {
  process.on("uncaughtException", (error) => {
    console.error(error);
    postUncaught(error).finally(() => process.exit(UNCAUGHT_EXCEPTION));
  });
  process.on("unhandledRejection", (reason) => {
    const error = new RuntimeError("UnhandledPromiseRejection", String(reason));
    console.error(error);
    postUncaught(error).finally(() => process.exit(UNHANDLED_REJECTION));
  });
}
process.on("beforeExit", () => whenNothingIsLeftToDo());

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  console.error(asError(error));
  await postUncaught(error);
  process.exit(UNCAUGHT_EXCEPTION);
}
for (;;) {
  const { headers, text } = await call("GET", "/invocation/next");
  const fault = headers["local-fault"];
  if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MILLISECONDS));
  await handle(FAULTY_HANDLERS[fault] ?? handler, headers, JSON.parse(text));
  await new Promise(setImmediate);
}
