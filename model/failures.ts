import { toOneLine } from "../performance/foreign-text";
import { QUERIES } from "./queries";

/** One row of a log query's answer: values by the names of the columns. */
export type LogRow = Readonly<Record<string, string>>;

/** How often requests failed in the same way. */
export interface FailureCategory {
  readonly what: string;
  readonly count: number;
  /** A request that failed in this way. */
  readonly requestId: string;
}

/** How a version's requests fail and another one's do not. */
export interface NewFailures {
  /** The most frequent ones first. */
  readonly categories: readonly FailureCategory[];
  /** A line of the log, of the most frequent category. */
  readonly example?: string;
}

/** Asks a function's log. */
export type AskFunctionLog = (query: string) => Promise<readonly LogRow[]> | readonly LogRow[];

const MOST_NEW_CATEGORIES = 3;

const LONGEST_EXAMPLE = 600;
const LONGEST_CATEGORY = 100;

/** The platform's own names for failures, which also count those that have a category. */
const OF_PLATFORM = new Set(["error", "failure"]);

/** What the query `failures` of model/queries.ts answers, the most frequent category first. */
export function parseFailures(records: readonly LogRow[]): FailureCategory[] {
  const all = records.map(({ what = "failed", failures = "0", example = "" }) => ({
    what: toOneLine(what, LONGEST_CATEGORY),
    count: Number(failures),
    requestId: example,
  }));
  const categories = all.filter(({ what }) => !OF_PLATFORM.has(what));
  return categories.length > 0 ? categories : all;
}

/** A query for a line of the log in which a request says why it failed. */
export function formatExampleQuery(requestId: string): string {
  return `filter (requestId = "${requestId}" or @requestId = "${requestId}") and (level in ["ERROR", "FATAL"] or @message like /\\bERROR\\b|Task timed out|Runtime exited/)
| fields @message
| limit 1`;
}

/** What a line of the log says: of a JSON line the error in it, and otherwise the line itself. */
export function parseExample([record]: readonly LogRow[]): string | undefined {
  const line = record?.["@message"];
  if (line === undefined) return undefined;
  let said: unknown = line;
  try {
    const fields = Object(JSON.parse(line)) as { message?: unknown; errorType?: unknown; errorMessage?: unknown };
    const {
      message = line,
      errorType,
      errorMessage,
    } = Object(
      typeof fields.message === "object" && fields.message !== null ? fields.message : fields,
    ) as typeof fields;
    said = typeof errorMessage === "string" ? [errorType, errorMessage].filter(Boolean).join(": ") : message;
  } catch {
    // The log has the text format.
  }
  const text = toOneLine(typeof said === "string" ? said : JSON.stringify(said), LONGEST_EXAMPLE);
  return text === "" ? undefined : text;
}

/**
 * The failures that a version's requests have and those of the one before it have not. What the log does not tell is
 * missing.
 *
 * @param from the version before
 */
export async function findNewFailures(ask: AskFunctionLog, from: string, to: string): Promise<NewFailures> {
  try {
    const [older, newer] = await Promise.all(
      [from, to].map(async (version) => parseFailures(await ask(formatVersionFailuresQuery(version)))),
    );
    const known = new Set(older?.map(({ what }) => what));
    const categories = (newer ?? []).filter(({ what }) => !known.has(what)).slice(0, MOST_NEW_CATEGORIES);
    const [first] = categories;
    const example = first && (await findExample(ask, first));
    return { categories, ...(example !== undefined && { example }) };
  } catch {
    return { categories: [] };
  }
}

/** The saved query for failures, of one version: the log stream's name holds it. */
export function formatVersionFailuresQuery(version: string): string {
  return `filter @logStream like "[${version}]"\n| ${QUERIES.failures.json ?? ""}`;
}

async function findExample(ask: AskFunctionLog, { requestId }: FailureCategory): Promise<string | undefined> {
  if (!/^[\w-]{1,64}$/.test(requestId)) return undefined;
  try {
    return parseExample(await ask(formatExampleQuery(requestId)));
  } catch {
    return undefined;
  }
}
