import { boundedNames, OTHER } from "./names";

/** How a request ended for whoever sent it, as metrics tell it. */
export interface Outcome {
  readonly metric: "Successes" | "ClientErrors" | "Failures";
  /** What kind of failure it is. */
  readonly category?: string;
  /** Whether it is a failure that Lambda itself does not see, because there was an answer. */
  readonly answered?: boolean;
  /** Of a batch whose answer tells which records failed: how many, and of how many. */
  readonly batch?: { readonly failed: number; readonly total: number };
}

/** Names a failure; undefined leaves it to the default, the error's class. */
export type Categorize = (error: unknown) => string | undefined;

/** The parts of events by which one is told from the other. */
interface Event {
  /** Of SQS, Kinesis and DynamoDB. */
  readonly Records?: readonly unknown[];
  /** Of Kafka, by partition. */
  readonly records?: Readonly<Record<string, readonly unknown[]>>;
  /** Of HTTP requests; `http` with payload format 2.0. */
  readonly requestContext?: { readonly http?: unknown };
}

/** The parts of answers that tell how it went. */
interface Result {
  readonly statusCode?: unknown;
  readonly body?: unknown;
  readonly batchItemFailures?: unknown;
}

/** What whoever sent an HTTP request gets where a function answers with what is no response. */
const BAD_GATEWAY = 502;

/** Categories that one execution environment may name; the rest is `Other`. */
const MAX_CATEGORIES = 10;

const categoryOf = boundedNames(MAX_CATEGORIES);

const SUCCESS: Outcome = { metric: "Successes" };
const CLIENT_ERROR: Outcome = { metric: "ClientErrors" };

/** A failure of a kind that has a name. */
export function failure(category: string, answered = false): Outcome {
  return { metric: "Failures", category: categoryOf(category), answered };
}

/** The outcome of a handler that threw. */
export function outcomeOfError(error: unknown, categorize?: Categorize): Outcome {
  for (const name of [categorize, className]) {
    try {
      const category = name?.(error);
      if (category !== undefined) return failure(category);
    } catch {
      // What cannot even be looked at has no name.
    }
  }
  return failure(OTHER);
}

/** The outcome of a handler that answered: by its HTTP status or by the records of its batch that failed, where it has them. */
export function outcomeOfResult(result: unknown, event: unknown): Outcome {
  try {
    const answer = Object(result) as Result;
    const cause = Object(event) as Event;
    if (answer.batchItemFailures !== undefined) return outcomeOfBatch(answer.batchItemFailures, cause);
    const status = statusOf(answer, cause.requestContext, result);
    if (status < 400) return SUCCESS;
    return status < 500 ? CLIENT_ERROR : failure(`Http${status}`, true);
  } catch {
    return SUCCESS;
  }
}

/**
 * The HTTP status that a caller gets, which a function may also give as text; 200 where there is none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function statusOf({ statusCode, body }: Result, http: Event["requestContext"], result: unknown): number {
  // With payload format 2.0, null is the body of a response; with 1.0, it is no response.
  const status = Number(statusCode ?? (result || !http || http.http ? 200 : BAD_GATEWAY));
  const isResponse = status >= 100 && status < 600 && !(http && statusCode && body && typeof body !== "string");
  return isResponse ? status : http ? BAD_GATEWAY : 200;
}

/**
 * What becomes of a batch, where its function tells which records failed: these are delivered again, and of a stream all that follow, too. An
 * answer that does not say which stands for all of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function outcomeOfBatch(failures: unknown, { Records, records = {} }: Event): Outcome {
  const total = (Records ?? Object.values(records).flat()).length;
  if (!total) return SUCCESS;
  const identifiers = [failures ?? []]
    .flat()
    .map((entry) => (entry as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const failed = identifiers.every(Boolean) ? Math.min(new Set(identifiers).size, total) : total;
  return { ...(failed < total ? SUCCESS : failure("Batch", true)), batch: { failed, total } };
}

function className(error: unknown): string | undefined {
  if (typeof error !== "object") return undefined;
  const { name, constructor } = error as Error;
  return name === "Error" ? constructor.name : name;
}
