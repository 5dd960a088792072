import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Socket } from "node:net";
import { performance } from "node:perf_hooks";

/**
 * As long as API Gateway waits for a function:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const TIMEOUT_MILLISECONDS = 30_000;

/** As long as Lambda lets a function run: an answer may come in parts, but not without an end. */
const LONGEST_MILLISECONDS = 900_000;

/** Servers keep unused connections for longer: a reset before that is a failure. */
const IDLE_MILLISECONDS = 1000;

/** Headers that a request needs besides those that Node.js sets. */
export type HeaderSource = () => Promise<Readonly<Record<string, string>>>;

/** The answer to a request. */
export interface HttpAnswer {
  readonly status: number;
}

/** Sends GET requests to one address, each on a free or a new connection, so none waits for another. */
export class HttpSender {
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;
  /** When connections were used last. */
  private readonly freeSince = new WeakMap<object, number>();

  constructor(
    private readonly url: URL,
    private readonly headers: HeaderSource,
  ) {
    const options = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity };
    const isSecure = url.protocol === "https:";
    this.agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
    this.request = isSecure ? httpsRequest : httpRequest;
    this.agent.on("free", (socket: Socket) => this.freeSince.set(socket, performance.now()));
  }

  /** Rejects if there is no answer. */
  async send(): Promise<HttpAnswer> {
    const headers = await this.headers();
    try {
      return await this.attempt(headers);
    } catch (error) {
      // The server may have closed an idle connection at that moment, which is not an error.
      if (!(error instanceof ConnectionGone)) throw error;
      return this.attempt(headers);
    }
  }

  /** Ends all connections. */
  close(): void {
    this.agent.destroy();
  }

  private attempt(headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const sentAt = performance.now();
      const request = this.request(this.url, { agent: this.agent, headers }, (response) => {
        readEnd(response, resolve, reject);
      });
      request.setTimeout(TIMEOUT_MILLISECONDS, () => {
        request.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS / 1000} s`));
      });
      const ending = setTimeout(() => {
        request.destroy(new Error(`no whole answer within ${LONGEST_MILLISECONDS / 1000} s`));
      }, LONGEST_MILLISECONDS);
      request.on("close", () => {
        clearTimeout(ending);
        // Not heard of otherwise if the answer was an upgrade to another protocol.
        reject(new Error("connection closed"));
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        const { socket } = request;
        const idle = sentAt - ((socket && this.freeSince.get(socket)) ?? sentAt);
        reject(describe(error, idle > IDLE_MILLISECONDS));
      });
      request.end();
    });
  }
}

class ConnectionGone extends Error {}

function readEnd(
  response: IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): void {
  response.on("error", reject);
  response.on("end", () => {
    resolve({ status: response.statusCode ?? 0 });
  });
  response.resume();
}

/** Messages contain ports and addresses, which would make each failure different. */
function describe(error: NodeJS.ErrnoException, wasIdle: boolean): Error {
  if (wasIdle && error.code === "ECONNRESET") return new ConnectionGone("connection reset");
  return error.code === undefined ? error : new Error(error.code);
}
