import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { INIT_LIMIT_MILLISECONDS } from "../../../local/lambda/execution-environment";
import { type FunctionConfiguration } from "../../../local/lambda/function-configuration";
import { LocalFunction } from "../../../local/lambda/local-function";
import { ProcessGuard } from "../../../local/lambda/process-guard";
import { makeTemporaryFolder } from "../../support/project";
import { skip } from "../../support/terraform";
import { makeConfiguration, type PlatformLine } from "./support";

/** What AWS's runtime client asks for: https://www.npmjs.com/package/aws-lambda-ric */
const LEAST_NODE_MAJOR = 22;

const FOLDER = join(__dirname, "aws-runtime-client");
const AWS_CLIENT = join(FOLDER, "node_modules", "aws-lambda-ric", "index.mjs");
const OUR_CLIENT = join(__dirname, "..", "..", "..", "local", "lambda", "bootstrap.mjs");

/** Who asks the Runtime API for invocations and runs the handler. */
export type Client = "ours" | "AWS's";

/**
 * A Node.js that runs AWS's runtime client: the one in LAMBDA_NODE, or the one that runs this. Where there is none, or
 * no client, says loudly what is not tested and why.
 */
export function findNodeForClient(tested: string): string | undefined {
  const node = process.env["LAMBDA_NODE"] ?? process.execPath;
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout || "no Node.js";
  let why: string | undefined;
  if (!(Number(/^v(\d+)/.exec(version)?.[1]) >= LEAST_NODE_MAJOR)) {
    why = `it needs Node.js ${LEAST_NODE_MAJOR}; ${node} is ${version.trim()}: set LAMBDA_NODE to the path of a newer one`;
  } else if (!existsSync(AWS_CLIENT)) {
    why = "aws-lambda-ric is not installed: npm ci --prefix __tests__/local/lambda/aws-runtime-client (compiles C++)";
  }
  if (why === undefined) return node;
  skip(tested, why);
  return undefined;
}

/** How invocations of a function ended, in what both clients are to have in common. */
export interface ClientOutcome {
  readonly answers: readonly ClientResponse[];
  /** Types of the platform's records, with what they say of how a phase ended. */
  readonly records: readonly (readonly unknown[])[];
  /** What the function has logged. */
  readonly log: readonly unknown[];
}

/** An answer, without what is another each time: identifiers and how a stack looks. */
export interface ClientResponse {
  readonly functionError: string | undefined;
  readonly payload: unknown;
}

/** What a function is asked, and how it is deployed. */
export interface ClientInvocation {
  readonly event?: unknown;
  /** JSON. */
  readonly clientContext?: string;
  readonly configuration?: Partial<FunctionConfiguration>;
}

/** Deploys code, invokes it twice and removes it. */
export async function runWithClient(
  client: Client,
  code: string,
  asked: ClientInvocation = {},
): Promise<ClientOutcome> {
  const { event = {}, clientContext, configuration = {} } = asked;
  const lines: string[] = [];
  const guard = new ProcessGuard();
  const deployed = new LocalFunction("api", {
    region: "us-east-1",
    guard,
    bootstrapFile: client === "ours" ? OUR_CLIENT : awsBootstrap(),
    onLog: (line) => lines.push(line),
    onInvocation: () => undefined,
    idleMilliseconds: 60_000,
    initLimitMilliseconds: INIT_LIMIT_MILLISECONDS,
  });
  try {
    const configured = makeConfiguration(code, configuration);
    deployed.deploy(configured);
    const request = { qualifier: "live", payload: JSON.stringify(event), ...(clientContext && { clientContext }) };
    const answers: ClientResponse[] = [];
    const hideFolder = (text: string) => text.replaceAll(configured.codeFolder, "<code>");
    for (let count = 0; count < 2; count++) {
      const { functionError, payload, requestId } = await deployed.invoke(request);
      answers.push({
        functionError,
        payload: withoutTrace(JSON.parse(hideFolder(payload).replaceAll(requestId, "<request>"))),
      });
    }
    return { answers, records: recordsIn(lines), log: logIn(lines.map(hideFolder)) };
  } finally {
    await deployed.close();
    await guard.close();
  }
}

/** AWS's own way for logs is binary; without it, its client writes lines to standard output. */
function awsBootstrap(): string {
  const file = join(makeTemporaryFolder(), "bootstrap.mjs");
  const client = JSON.stringify(pathToFileURL(AWS_CLIENT).href);
  writeFileSync(file, `delete process.env._LAMBDA_TELEMETRY_LOG_FD;\nawait import(${client});\n`);
  return file;
}

/** Of a stack, the first line, which tells the error, is the same everywhere. */
function withoutTrace(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null || !("trace" in payload)) return payload;
  return { ...payload, trace: (payload.trace as readonly string[]).slice(0, 1) };
}

function recordsIn(lines: readonly string[]): unknown[][] {
  return lines
    .filter(isPlatformLine)
    .map((line) => JSON.parse(line) as PlatformLine)
    .map(({ type, record }) => [type, record["phase"], record["status"], record["errorType"]]);
}

/**
 * Stacks and times left out, how the client names its own errors' classes, and lines that are not the client's, such as
 * those of Node.js about what nobody caught.
 */
function logIn(lines: readonly string[]): unknown[] {
  return lines
    .filter((line) => line.startsWith("{") && !isPlatformLine(line))
    .map((line) => {
      const { level, message, errorType, errorMessage } = JSON.parse(line, (key, value: unknown) => {
        if (key === "stackTrace" || (key === "name" && String(value).startsWith("Runtime."))) return undefined;
        return key === "errorType" && typeof value === "string" ? value.replace(/Error$/, "") : value;
      }) as Readonly<Record<string, unknown>>;
      return { level, errorType, errorMessage, message: typeof message === "string" ? firstLine(message) : message };
    });
}

function firstLine(text: string): string {
  return text.split(/\n {4}at /)[0] ?? text;
}

function isPlatformLine(line: string): boolean {
  return line.includes('"type":"platform.');
}
