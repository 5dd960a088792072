import { Agent, request } from "node:http";

/** The result of a closed-loop test. */
export interface ClosedLoopResult {
  readonly perSecond: number;
  /** Median time of a request. */
  readonly milliseconds: number;
  readonly pids: ReadonlySet<number>;
}

/**
 * Sends requests over a number of connections; each sends the next one as soon as it has its answer.
 *
 * @throws Error if a request is not answered with 200 and the id of its process
 */
export async function runClosedLoop(
  url: URL,
  body: string,
  connections: number,
  seconds: number,
): Promise<ClosedLoopResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const milliseconds: number[] = [];
  const pids = new Set<number>();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const worker = async () => {
    while (performance.now() < endsAt) {
      const askedAt = performance.now();
      pids.add(await ask(url, body, agent));
      milliseconds.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return {
    perSecond: sorted.length / elapsedSeconds,
    milliseconds: sorted[Math.floor(sorted.length / 2)] ?? NaN,
    pids,
  };
}

/** Posts, and resolves with the id of the process in which the function ran. */
export function ask(url: URL, body: string, agent?: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject).on("end", () => {
        const [, pid] = /"pid":(\d+)/.exec(text) ?? [];
        if (response.statusCode === 200 && pid !== undefined) resolve(Number(pid));
        else reject(new Error(`${url.href} answered ${response.statusCode ?? ""}: ${text}`));
      });
    });
    outgoing.on("error", reject).end(body);
  });
}
