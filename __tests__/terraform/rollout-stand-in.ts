import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { handler } from "../../functions/rollout-controller/handler";
import { nameRolloutsTable } from "../../model/rollouts";
import { type StartRequest } from "../../rollout/contract";

/** Something that was asked of Lambda; what was only read is left out. */
export type LambdaCall =
  /** Pings to a version, from Terraform or from the controller. */
  | { readonly kind: "gate" | "warming"; readonly version: string }
  | { readonly kind: "rollout"; readonly version: string }
  | {
      readonly kind: "alias";
      readonly name: string;
      readonly version: string;
      readonly weights: Readonly<Record<string, number>>;
    };

/** While there is a file of this name, versions above the oldest one fail. */
export const FAILING_FILE = "failing";

/** One {@link LambdaCall} per line, JSON. */
export const CALLS_FILE = "calls";

const LONGEST_MILLISECONDS = 900_000;

/** Of requests per minute and version, so many that nothing is left to wait for. */
const LINES = "2000";

/** Nobody waits for a minute in a test. */
const SECONDS = { stepSeconds: 5, bakeSeconds: 5 };

/**
 * Stands before an emulator, which runs no functions: answers for the warmer, runs the rollout controller, whose log
 * and metrics it makes up, and passes on everything else. Arguments: the emulator's address, and the folder of
 * {@link FAILING_FILE} and {@link CALLS_FILE}. Prints its port.
 */
export default async function main(): Promise<void> {
  const [emulator = "", folder = ""] = process.argv.slice(2);
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, emulator, folder).catch((error: unknown) => {
      console.error(error);
      outgoing.destroy();
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "made-up",
    AWS_SECRET_ACCESS_KEY: "made-up",
    AWS_ENDPOINT_URL: emulator,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ENDPOINT_URL_CLOUDWATCH: url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
    ROLLOUTS_TABLE: nameRolloutsTable("dev"),
  });
  console.log(port);
  await new Promise(() => undefined);
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  emulator: string,
  folder: string,
): Promise<void> {
  const { url = "", method, headers } = incoming;
  const body = await readAll(incoming);
  const operation =
    String(headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  const [, invoked = ""] = /\/functions\/([^/]+)\/invocations/.exec(url) ?? [];
  const tell = (call: LambdaCall) => {
    appendFileSync(join(folder, CALLS_FILE), `${JSON.stringify(call)}\n`);
  };
  if (operation !== "")
    outgoing.end(JSON.stringify(answerCloudWatch(operation, body, existsSync(join(folder, FAILING_FILE)))));
  else if (invoked.endsWith("-warmer")) {
    const { targets } = JSON.parse(body) as { readonly targets: readonly { readonly version?: string }[] };
    const isOfTerraform = /terraform/i.test(headers["user-agent"] ?? "");
    tell({ kind: isOfTerraform ? "gate" : "warming", version: targets[0]?.version ?? "" });
    outgoing.end("{}");
  } else if (invoked.endsWith("-rollout-controller")) {
    const event = JSON.parse(body) as StartRequest;
    tell({ kind: "rollout", version: event.version });
    await runController({ ...event, plan: { ...event.plan, ...SECONDS } }, outgoing);
  } else {
    const [, name] = /\/aliases\/([\w-]+)$/.exec(url) ?? [];
    if (method === "PUT" && name !== undefined) tell(readAliasChange(name, body));
    forward(incoming, outgoing, emulator, body);
  }
}

async function runController(event: unknown, outgoing: ServerResponse): Promise<void> {
  const startedAt = Date.now();
  const getRemainingTimeInMillis = () => startedAt + LONGEST_MILLISECONDS - Date.now();
  try {
    const answer = await handler(event, { awsRequestId: randomUUID(), getRemainingTimeInMillis });
    outgoing.end(JSON.stringify(answer));
  } catch (error) {
    const { name, message } = error as Error;
    outgoing.writeHead(200, { "x-amz-function-error": "Unhandled" });
    outgoing.end(JSON.stringify({ errorType: name, errorMessage: message }));
  }
}

function readAliasChange(name: string, body: string): LambdaCall {
  const { FunctionVersion: version = "", RoutingConfig } = JSON.parse(body) as {
    readonly FunctionVersion?: string;
    readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
  };
  return { kind: "alias", name, version, weights: RoutingConfig?.AdditionalVersionWeights ?? {} };
}

let lastQuery = "";

function answerCloudWatch(operation: string, body: string, isFailing: boolean): object {
  switch (operation) {
    case "StartQuery":
      ({ queryString: lastQuery } = JSON.parse(body) as { queryString: string });
      return { queryId: "the only one" };
    case "GetQueryResults":
      return { status: "Complete", results: makeRows(lastQuery, isFailing) };
    case "GetMetricData":
      return { MetricDataResults: [] };
    default:
      return {};
  }
}

/** What the controller's query for figures is answered for this minute; nothing for other queries. */
function makeRows(query: string, isFailing: boolean): object[] {
  const [, list = ""] = /version in \[(.*?)\]/.exec(query) ?? [];
  const versions = list.split(", ").flatMap((text) => (text === "" ? [] : Number(JSON.parse(text))));
  const minute = `${new Date().toISOString().slice(0, 16).replace("T", " ")}:00.000`;
  const none = { status: "none", failed: "0", duration: "-1", init: "-1", memory: "-1" };
  const rows = versions.flatMap((version) => {
    const requests = { ...none, duration: "30", lines: LINES };
    const failures = { ...none, failed: "9", lines: LINES };
    const fails = isFailing && version > Math.min(...versions);
    return [requests, ...(fails ? [failures] : [])].map((row) => ({ ...row, minute, version: String(version) }));
  });
  return rows.map((row) => Object.entries(row).map(([field, value]) => ({ field, value })));
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, emulator: string, body: string): void {
  const { method, headers, url = "" } = incoming;
  const forwarded = request(emulator + url, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on("error", () => outgoing.destroy());
  forwarded.end(body, "latin1");
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}
