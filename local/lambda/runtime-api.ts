import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type Fault } from "./fault";
import { readBodyBytes } from "./http-body";

/** The Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */

const PREFIX = "/2018-06-01/runtime";

/** A response may have 6 MB, plus a little for what Lambda adds. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html */
const MAX_STREAMED_BYTES = 200 * 1024 * 1024;

/** AWS's runtime client sends the whole cause of an error in a header for X-Ray, which accepts up to this size. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** An invocation for a runtime. */
export interface Invocation {
  readonly requestId: string;
  /** The event, JSON. */
  readonly payload: string;
  readonly invokedFunctionArn: string;
  /** The alias or version that it came through. */
  readonly qualifier?: string | undefined;
  /** The value of an X-Ray tracing header. */
  readonly traceId: string;
  /** JSON, if the caller passed one. */
  readonly clientContext?: string;
  /** Gets each part of a streamed response when it arrives; otherwise, the response is kept until it is complete. */
  readonly onChunk?: OnChunk | undefined;
  /** How the runtime fails on purpose. */
  readonly fault?: Fault | undefined;
}

/** Takes a part of a streamed response. */
export type OnChunk = (chunk: Buffer, contentType: string) => void;

/**
 * What a runtime reports: that it is ready for the next invocation, or how the last one, or its own start, ended
 * (JSON).
 */
export type RuntimeReport =
  | { readonly kind: "next" }
  | { readonly kind: "response"; readonly body: string; readonly streamed?: StreamedResponse }
  | { readonly kind: "error" | "initError"; readonly body: string };

/** A response that a handler wrote as a stream, without the parts that were sent on before. */
export interface StreamedResponse {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A server for one runtime, on a free port of this computer. */
export class RuntimeApi {
  private waiting: ServerResponse | undefined;
  private running: Invocation | undefined;

  private constructor(
    private readonly server: Server,
    private readonly receive: (report: RuntimeReport) => void,
  ) {
    // A handler may take long between request and answer, on one connection.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.on("request", (request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  /** Starts to listen. */
  static async listen(receive: (report: RuntimeReport) => void): Promise<RuntimeApi> {
    const api = new RuntimeApi(createServer({ maxHeaderSize: MAX_HEADER_BYTES }), receive);
    api.server.listen(0, "127.0.0.1");
    await once(api.server, "listening");
    return api;
  }

  /** `host:port`, in the format of AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Whether the runtime waits for an invocation. */
  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  /**
   * Passes an invocation to the waiting runtime.
   *
   * @param deadline milliseconds since 1970
   */
  answerNext(invocation: Invocation, deadline: number): void {
    const { requestId, payload, invokedFunctionArn, traceId, clientContext, fault } = invocation;
    this.running = invocation;
    this.waiting?.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(payload),
      "Lambda-Runtime-Aws-Request-Id": requestId,
      "Lambda-Runtime-Deadline-Ms": deadline,
      "Lambda-Runtime-Invoked-Function-Arn": invokedFunctionArn,
      "Lambda-Runtime-Trace-Id": traceId,
      ...(clientContext === undefined ? {} : { "Lambda-Runtime-Client-Context": toAsciiJson(clientContext) }),
      ...(fault && { "Local-Fault": fault }),
    });
    this.waiting?.end(payload);
    this.waiting = undefined;
  }

  /** Stops listening and drops all connections. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method ?? ""} ${request.url ?? ""}`;
    if (route === `GET ${PREFIX}/invocation/next`) {
      this.waiting = response;
      this.receive({ kind: "next" });
      return;
    }
    const [, requestId, kind] = /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    const onChunk = requestId === this.running?.requestId && isStreamed(request) ? this.running?.onChunk : undefined;
    const bytes = onChunk ? await passOn(request, onChunk) : await readBodyBytes(request, MAX_RESPONSE_BYTES);
    if (bytes === undefined) this.refuseTooLarge(response);
    else if (route === `POST ${PREFIX}/init/error`)
      this.accept(response, { kind: "initError", body: bytes.toString() });
    else if (requestId === undefined) refuse(response, 404, "NotFound", `no such resource: ${route}`);
    else if (requestId !== this.running?.requestId) refuse(response, 400, "InvalidRequestID", "Invalid request ID");
    else {
      this.running = undefined;
      this.accept(response, kind === "error" ? { kind, body: bytes.toString() } : parseResponse(request, bytes));
    }
  }

  private accept(response: ServerResponse, report: RuntimeReport): void {
    response.writeHead(202, { "Content-Type": "application/json" }).end('{"status":"OK"}\n');
    this.receive(report);
  }

  private refuseTooLarge(response: ServerResponse): void {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    const errorType = "Function.ResponseSizeTooLarge";
    refuse(response, 413, errorType, errorMessage);
    this.receive({ kind: "error", body: JSON.stringify({ errorType, errorMessage }) });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming */
function parseResponse(request: IncomingMessage, bytes: Buffer): RuntimeReport {
  const { headers, trailers } = request;
  const body = bytes.toString();
  if (!isStreamed(request)) return { kind: "response", body };
  const error = trailers["lambda-runtime-function-error-body"];
  if (error !== undefined) return { kind: "error", body: Buffer.from(error, "base64").toString() };
  return { kind: "response", body, streamed: { contentType: headers["content-type"] ?? "", bytes } };
}

function isStreamed({ headers }: IncomingMessage): boolean {
  return headers["lambda-runtime-function-response-mode"] === "streaming";
}

/** Passes a response on while it arrives; returns what is left of it, or undefined if it is too large. */
async function passOn(request: IncomingMessage, onChunk: OnChunk): Promise<Buffer | undefined> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_STREAMED_BYTES) onChunk(chunk, request.headers["content-type"] ?? "");
  }
  return bytes <= MAX_STREAMED_BYTES ? Buffer.alloc(0) : undefined;
}

/** The same JSON in characters that are valid in a header: it has line ends only between its parts. */
function toAsciiJson(json: string): string {
  return json
    .replaceAll(/[\r\n]/g, " ")
    .replaceAll(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ errorType, errorMessage }));
}
