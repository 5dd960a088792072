import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { readBody } from "../../local/lambda/http-body";
import { listenLocally } from "../../local/listen";
import { type LocalEnvironment, type LocalEvent } from "../../local/local-environment";
import { parseJson } from "../../environments/parse-json";
import { drawLiveDashboard } from "./drawing";
import { findRefusal } from "./guard";
import { RecentHistory } from "./history";
import { type DashboardQuery, type LiveDashboard, type LiveParts } from "./messages";
import { type LivePage, renderLivePage } from "./page";
import { buildParts } from "./parts";
import { runTrial } from "./trials";

const TELL_MILLISECONDS = 250;
const LONGEST_BODY = 2_000_000;
const PAUSE_MILLISECONDS = 200;

const dashboardQuery = z.object({
  dashboard: z.coerce.number().int().nonnegative(),
  choice: z.coerce.number().int().nonnegative(),
  minutes: z.coerce.number().int().min(1).max(180),
}) satisfies z.ZodType<DashboardQuery>;

/** A page that is open, and what it knows. */
interface Reader {
  readonly response: ServerResponse;
  readonly known: Map<string, string>;
}

/** Shows an environment that runs on this computer, in a browser on this computer. */
export class LiveServer {
  private readonly history = new RecentHistory();
  private readonly readers = new Set<Reader>();
  /** Those that have not begun, by what was asked. */
  private readonly drawings = new Map<string, Promise<LiveDashboard | undefined>>();
  private drawn: Promise<void> = Promise.resolve();
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param speed how many times faster than real time the environment runs */
  constructor(private readonly speed: number) {}

  /** Receives events, even before it listens. */
  readonly onEvent = (event: LocalEvent): void => {
    this.history.add(event);
  };

  /**
   * Starts to listen, for this computer only.
   *
   * @param port 0 for any that is free
   * @returns where the page is
   * @throws LocalEnvironmentError if the port is not available
   */
  async listen(environment: LocalEnvironment, port: number): Promise<string> {
    const page = await renderLivePage(environment.name);
    const server = (this.server = await listenLocally(port));
    server.on("request", (request, response) => {
      this.serve(environment, page, request, response).catch(() => response.destroy());
    });
    this.timer = setInterval(() => {
      this.tell(environment);
    }, TELL_MILLISECONDS).unref();
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Drops all connections. */
  close(): void {
    clearInterval(this.timer);
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private get port(): number {
    return (this.server?.address() as AddressInfo | null)?.port ?? 0;
  }

  private async serve(
    environment: LocalEnvironment,
    page: LivePage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const refusal = findRefusal(request, this.port);
    if (refusal !== undefined) {
      answer(response, 403, "text/plain", `${refusal}\n`);
      return;
    }
    const [pathname = "", search] = (request.url ?? "/").split("?");
    const searchParams = new URLSearchParams(search);
    switch (`${request.method ?? ""} ${pathname}`) {
      case "GET /":
        answer(response, 200, "text/html", page.html, { "Content-Security-Policy": page.policy });
        return;
      case "GET /changes":
        this.addReader(environment, response);
        return;
      case "GET /dashboard": {
        const { data: query } = dashboardQuery.safeParse(Object.fromEntries(searchParams));
        const drawn = query && (await this.draw(environment, query));
        answerJson(response, drawn ? 200 : 404, drawn ?? {});
        return;
      }
      case "GET /request": {
        const details = this.history.findDetails(searchParams.get("key") ?? "");
        answerJson(response, details ? 200 : 404, details ?? {});
        return;
      }
      case "POST /trial":
        answerJson(
          response,
          200,
          await runTrial(environment, parseJson((await readBody(request, LONGEST_BODY)) ?? "")),
        );
        return;
      default:
        answer(response, 404, "text/plain", "not found\n");
    }
  }

  /** Draws one dashboard at a time, with pauses, so that functions do not wait for pages. Equal requests are joined. */
  private draw(environment: LocalEnvironment, query: DashboardQuery): Promise<LiveDashboard | undefined> {
    const key = JSON.stringify(query);
    const waiting = this.drawings.get(key);
    if (waiting) return waiting;
    const drawing = this.drawn.then(() => {
      this.drawings.delete(key);
      return drawLiveDashboard(environment, query);
    });
    this.drawings.set(key, drawing);
    this.drawn = drawing.then(pause, pause);
    return drawing;
  }

  /** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
  private addReader(environment: LocalEnvironment, response: ServerResponse): void {
    const reader = { response, known: new Map<string, string>() };
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    this.readers.add(reader);
    response.on("close", () => this.readers.delete(reader));
    this.tell(environment);
  }

  private tell(environment: LocalEnvironment): void {
    if (this.readers.size === 0) return;
    const parts = Object.entries(buildParts(environment, this.history, this.speed)).map(
      ([name, part]) => [name, JSON.stringify(part)] as const,
    );
    for (const { response, known } of this.readers) {
      // Who reads slowly gets the newest state later, not all of them.
      if (response.writableNeedDrain) continue;
      for (const [name, text] of parts) {
        if (known.get(name) === text || (name === ("clock" satisfies keyof LiveParts) && known.has(name))) continue;
        known.set(name, text);
        response.write(`event: ${name}\ndata: ${text}\n\n`);
      }
    }
  }
}

function pause(): Promise<void> {
  return sleep(PAUSE_MILLISECONDS, undefined, { ref: false });
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
} as const;

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": `${type}; charset=utf-8`, ...headers }).end(text);
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  answer(response, status, "application/json", JSON.stringify(value));
}
