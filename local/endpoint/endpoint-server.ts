import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { DEFAULT_ROUTE } from "../../environments/routes";
import { type InvocationResult } from "../lambda/execution-environment";
import { readBodyBytes } from "../lambda/http-body";
import { type OnChunk } from "../lambda/runtime-api";
import { LambdaServiceError } from "../lambda/service-errors";
import { listenLocally } from "../listen";
import {
  type EndpointKind,
  makeFailureResponse,
  type EndpointResponse,
  buildEndpointResponse,
  NOT_FOUND,
  TOO_LARGE,
  TOO_MANY_REQUESTS,
  UNAUTHORIZED,
} from "./http-response";
import { addCorsHeaders, answerPreflight, type CorsSettings, isPreflight } from "./cors";
import { type HttpEvent, buildHttpEvent } from "./http-event";
import { type EndpointRoute, findRoute } from "./routes";
import { StreamedAnswer, sendWhole } from "./send-response";
import { readClaims } from "./token";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Without routes, an endpoint answers everything. */
const ANY_ROUTE: readonly EndpointRoute[] = [{ key: DEFAULT_ROUTE, authorization: "NONE" }];

/** How a request was answered. */
export interface EndpointAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Whether the function itself ran and finished. */
  readonly ran: boolean;
  /** Of the invocation; missing if the function was not invoked. */
  readonly requestId?: string | undefined;
  readonly milliseconds: number;
}

/** What answers a request. */
type Answered = Pick<EndpointAnswer, "ran" | "requestId"> & { readonly answer: EndpointResponse };

/** How an endpoint handles requests. */
export interface EndpointHandlers {
  readonly kind: EndpointKind;
  /** The routes of an HTTP API; without them, it answers everything. */
  readonly routes?: readonly EndpointRoute[] | undefined;
  readonly cors?: CorsSettings | undefined;
  /** Lets the function handle a request. */
  readonly invoke: (event: HttpEvent, onChunk: OnChunk) => Promise<InvocationResult>;
  /** Whether one more request is accepted now. */
  readonly mayPass: () => boolean;
  /** Gets every answer. */
  readonly onAnswer: (answer: EndpointAnswer) => void;
  /** Gets the reason if the function returned an invalid response. */
  readonly onMalformed: (reason: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A function's URL on this computer. */
export class EndpointServer {
  /** Where requests go to. */
  readonly url: string;

  private constructor(
    private readonly server: Server,
    private handlers: EndpointHandlers,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on("request", (request, response) => {
      serve(request, response, this.handlers).catch(() => response.destroy());
    });
  }

  /**
   * Starts to listen, for this computer only.
   *
   * @param port 0 for any that is free
   * @throws LocalEnvironmentError if the port is not available
   */
  static async listen(port: number, handlers: EndpointHandlers): Promise<EndpointServer> {
    return new EndpointServer(await listenLocally(port), handlers);
  }

  /** Handles the next requests in another way. */
  replace(handlers: EndpointHandlers): void {
    this.handlers = handlers;
  }

  /** Accepts no more requests; earlier ones are still answered. */
  stop(): void {
    this.server.close();
  }

  /** Drops all connections. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, handlers: EndpointHandlers): Promise<void> {
  const startedAt = performance.now();
  const { headers, method = "GET", url: target = "/" } = request;
  const finish = (answer: EndpointResponse) =>
    isPreflight(method, headers) ? answer : addCorsHeaders(answer, handlers.cors, headers.origin);
  const streamed = new StreamedAnswer(response, handlers.kind, finish);
  const { answer, ran, requestId } = await answerRequest(request, handlers, (chunk, contentType) => {
    streamed.write(chunk, contentType);
  });
  const { status, malformed } = streamed.head ?? answer;
  // A function that fails while it streams has already sent its status: only a broken connection can tell.
  if (streamed.head && !ran) response.destroy();
  else if (streamed.head) response.end();
  else sendWhole(response, finish(answer));
  if (malformed !== undefined) handlers.onMalformed(malformed);
  const path = readPath(target);
  handlers.onAnswer({ method, path, status, ran, requestId, milliseconds: performance.now() - startedAt });
}

async function answerRequest(
  request: IncomingMessage,
  handlers: EndpointHandlers,
  onChunk: OnChunk,
): Promise<Answered> {
  const body = await readBodyBytes(request, MAX_BODY_BYTES);
  if (body === undefined) return { answer: TOO_LARGE, ran: false };
  if (!handlers.mayPass()) return { answer: TOO_MANY_REQUESTS, ran: false };
  const { kind, cors, now } = handlers;
  const { method = "GET", url: target = "/", headers, httpVersion, socket } = request;
  const route = findRoute(handlers.routes ?? ANY_ROUTE, method, readPath(target));
  if (cors && isPreflight(method, headers) && (route?.authorization ?? "NONE") === "NONE") {
    return { answer: answerPreflight(cors, headers.origin, kind), ran: false };
  }
  if (!route) return { answer: NOT_FOUND, ran: false };
  const claims = route.authorization === "JWT" ? readClaims(headers.authorization) : undefined;
  if (route.authorization === "JWT" && !claims) return { answer: UNAUTHORIZED, ran: false };
  const authorizer = claims && { jwt: { claims, scopes: route.scopes ?? null } };
  const sourceIp = socket.remoteAddress ?? "127.0.0.1";
  const event = { method, target, headers, protocol: `HTTP/${httpVersion}`, sourceIp, body };
  try {
    const result = await handlers.invoke(buildHttpEvent(event, now(), { ...route, authorizer }), onChunk);
    const { requestId } = result;
    if (result.functionError) return { answer: makeFailureResponse(kind), ran: false, requestId };
    return { answer: buildEndpointResponse(result, kind), ran: true, requestId };
  } catch (error) {
    const isThrottled = error instanceof LambdaServiceError && error.status === 429;
    return { answer: isThrottled ? TOO_MANY_REQUESTS : makeFailureResponse(kind), ran: false };
  }
}

function readPath(target: string): string {
  return target.split("?")[0] ?? "/";
}
