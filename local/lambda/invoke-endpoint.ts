import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { listenLocally } from "../listen";
import { answerAlias } from "./alias-endpoint";
import { ACCOUNT } from "./function-configuration";
import { parseSentJson, readBody } from "./http-body";
import { type LocalFunction } from "./local-function";
import { makeInvalidParameter, LambdaServiceError } from "./service-errors";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_REQUEST_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 };
const MAX_LOG_TAIL_BYTES = 4096;

type InvocationType = keyof typeof MAX_REQUEST_BYTES;

/** An invoked function, by name, partial ARN, or ARN. */
const FUNCTION_NAME =
  /^(?:arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:|\d{12}:function:|function:)?([\w-]+)(?::([\w-]+|\$LATEST))?$/;

/** An answer over HTTP, JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a request at the same address that is not of the Invoke API; undefined if nobody does. */
export type AnswerOther = (request: IncomingMessage, address: URL) => Promise<JsonAnswer | undefined>;

/** Whom the endpoint serves. */
export interface InvokeEndpointHandlers {
  /** @throws LambdaServiceError if there is no such function */
  readonly findFunction: (name: string, qualifier?: string) => LocalFunction;
  /** Hands an event over, and returns the request's id. */
  readonly invokeAsynchronously: (name: string, qualifier: string | undefined, payload: string) => string;
  readonly answerOther: AnswerOther;
}

/**
 * Lambda's operations Invoke, GetAlias and UpdateAlias over HTTP, for the AWS SDKs and for the AWS CLI:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. It does not check the caller, but refuses pages in a
 * browser, because any site could otherwise reach this computer.
 */
export class InvokeEndpoint {
  private readonly answering = new Set<Promise<void>>();

  private constructor(
    private readonly server: Server,
    private readonly handlers: InvokeEndpointHandlers,
  ) {
    server.requestTimeout = 0;
    server.on("request", (request, response) => {
      const answered = this.serve(request, response)
        .catch(() => response.destroy())
        .then(() => {
          this.answering.delete(answered);
        });
      this.answering.add(answered);
    });
  }

  /**
   * Starts to listen, for this computer only.
   *
   * @param port 0 for any that is free
   * @throws LocalEnvironmentError if the port is not available
   */
  static async listen(handlers: InvokeEndpointHandlers, port = 0): Promise<InvokeEndpoint> {
    return new InvokeEndpoint(await listenLocally(port), handlers);
  }

  /** The value for AWS_ENDPOINT_URL_LAMBDA. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Accepts no more invocations. */
  stop(): void {
    this.server.close();
  }

  /** Call after {@link stop}, when nothing runs anymore: sends the outstanding answers, and drops all connections. */
  async close(): Promise<void> {
    await Promise.all(this.answering);
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("x-amzn-RequestId", randomUUID());
    response.setHeader("Content-Type", "application/json");
    try {
      await this.invoke(request, response);
    } catch (error) {
      answerError(response, error);
    }
    if (!response.closed) await once(response, "close");
  }

  private async invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isOfBrowser(request)) {
      throw new LambdaServiceError("AccessDeniedException", 403, "Pages in a browser cannot invoke functions here.");
    }
    const address = this.parseAddress(request.url);
    const findAliased = (text: string) => this.handlers.findFunction(parseTarget(text).name);
    const other =
      (await answerAlias(request, address, findAliased)) ?? (await this.handlers.answerOther(request, address));
    if (other) {
      response.writeHead(other.status).end(JSON.stringify(other.body));
      return;
    }
    const { pathname, searchParams } = address;
    const [, encodedName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(pathname) ?? [];
    if (encodedName === undefined || request.method !== "POST") {
      throw new LambdaServiceError("UnknownOperationException", 404, `not here: ${request.method ?? ""} ${pathname}`);
    }
    const type = parseInvocationType(request.headers["x-amz-invocation-type"]);
    const body = await readBody(request, MAX_REQUEST_BYTES[type]);
    if (body === undefined) {
      const message = `Request must be smaller than ${MAX_REQUEST_BYTES[type]} bytes for the InvokeFunction operation`;
      throw new LambdaServiceError("RequestTooLargeException", 413, message);
    }
    const { name, qualifier } = parseTarget(
      decodeURIComponent(encodedName),
      searchParams.get("Qualifier") ?? undefined,
    );
    const invoked = this.handlers.findFunction(name, qualifier);
    invoked.check(qualifier);
    const payload = body === "" ? "{}" : checkJson(body, "Could not parse request body into json");

    if (type === "DryRun") response.writeHead(204).end();
    else if (type === "Event") {
      response.setHeader("x-amzn-RequestId", this.handlers.invokeAsynchronously(name, qualifier, payload));
      response.writeHead(202).end();
    } else {
      const clientContext = parseClientContext(request.headers["x-amz-client-context"]);
      const result = await invoked.invoke({ qualifier, payload, clientContext });
      response.setHeader("x-amzn-RequestId", result.requestId);
      response.setHeader("X-Amz-Executed-Version", result.executedVersion);
      if (result.functionError) response.setHeader("X-Amz-Function-Error", result.functionError);
      if (request.headers["x-amz-log-type"] === "Tail") {
        response.setHeader("X-Amz-Log-Result", cutTail(result.logLines).toString("base64"));
      }
      response.writeHead(200).end(result.payload);
    }
  }

  /** Whose parts can be decoded. */
  private parseAddress(target = "/"): URL {
    try {
      // Not by `new URL(target, this.url)`: a path may begin with two slashes.
      const address = new URL(this.url + target);
      decodeURIComponent(address.pathname);
      return address;
    } catch {
      throw new LambdaServiceError("InvalidRequestContentException", 400, `not an address: ${target}`);
    }
  }
}

/** A browser sends the origin of the page. A site can avoid this by using another name for this computer. */
function isOfBrowser({ headers }: IncomingMessage): boolean {
  const isNamed = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? "");
  return !isNamed || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

function parseInvocationType(header: string | string[] = "RequestResponse"): InvocationType {
  if (header === "RequestResponse" || header === "Event" || header === "DryRun") return header;
  throw makeInvalidParameter(`InvocationType: expected RequestResponse, Event or DryRun, got ${String(header)}`);
}

function parseTarget(text: string, parameter?: string): { readonly name: string; readonly qualifier?: string } {
  const [, name, suffix] = FUNCTION_NAME.exec(text) ?? [];
  if (name === undefined) {
    throw makeInvalidParameter(`FunctionName: expected a name or an ARN of account ${ACCOUNT}, got ${text}`);
  }
  if (suffix !== undefined && parameter !== undefined && suffix !== parameter) {
    throw makeInvalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
  }
  return { name, qualifier: parameter ?? suffix };
}

function parseClientContext(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  return checkJson(
    Buffer.from(String(header), "base64").toString(),
    "Client context must be a valid Base64-encoded JSON object.",
  );
}

function checkJson(text: string, message: string): string {
  parseSentJson(text, message);
  return text;
}

/** The last 4 KB of an invocation's log. */
function cutTail(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join("")).subarray(-MAX_LOG_TAIL_BYTES);
}

function answerError(response: ServerResponse, error: unknown): void {
  const { type, status, message, reason } =
    error instanceof LambdaServiceError ? error : new LambdaServiceError("ServiceException", 500, String(error));
  response.setHeader("X-Amzn-ErrorType", type);
  const body = {
    Type: status < 500 ? "User" : "Service",
    message,
    Message: message,
    ...(reason && { Reason: reason }),
  };
  response.writeHead(status).end(JSON.stringify(body));
}
