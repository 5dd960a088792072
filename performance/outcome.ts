import { type Datum, datum } from "./metrics";
import { limitNames } from "./names";

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
  /** Or a text. */
  readonly statusCode?: number;
  readonly body?: unknown;
  readonly batchItemFailures?: unknown;
}

/** What whoever sent an HTTP request gets where a function answers with what is no response. */
const BAD_GATEWAY = 502;

/** Categories that one execution environment may name; the rest is `Other`. */
const MAX_CATEGORIES = 10;

const limitCategory = limitNames(MAX_CATEGORIES);

const SUCCESS = [datum("Successes")];
/** Of a failure that Lambda itself does not see, because there was an answer. */
const SERVER_ERROR = datum("ServerErrors");

/**
 * How a handler that threw ended for whoever asked it, as metrics tell it. What cannot even be looked at has no name.
 */
export function classifyError(error: unknown, categorize?: Categorize): readonly Datum[] {
  let category: unknown;
  try {
    category = categorize?.(error);
  } catch {
    // The default has to do.
  }
  try {
    const { name, constructor } = error as Error;
    category ??= name === "Error" ? constructor.name : name;
  } catch {
    // As above.
  }
  return makeFailure(category);
}

/**
 * How a handler that answered ended, as metrics tell it: by its HTTP status, or by the records of its batch that
 * failed, where it has them.
 */
export function classifyResult(result: unknown, event: unknown): readonly Datum[] {
  try {
    const response = Object(result) as Result;
    const cause = Object(event) as Event;
    if (response.batchItemFailures !== undefined) return classifyBatch(response.batchItemFailures, cause);
    const status = isResponse(result, response, cause.requestContext) ? Number(response.statusCode) : BAD_GATEWAY;
    if (status >= 500) return makeFailure(`Http${status}`, SERVER_ERROR);
    return status >= 400 ? [datum("ClientErrors")] : SUCCESS;
  } catch {
    return SUCCESS;
  }
}

function makeFailure(category: unknown, ...more: Datum[]): Datum[] {
  return [datum("Failures", 1, limitCategory(category)), ...more];
}

/**
 * Whether an answer is a response to an HTTP request, if there was one; its status may also be a text.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function isResponse(result: unknown, { statusCode, body }: Result, http: Event["requestContext"]): boolean {
  if (!http) return true;
  // With payload format 2.0, anything may be the body of a response; with 1.0, null is no response.
  if (statusCode === undefined) return !!(result || http.http);
  return statusCode >= 100 && statusCode < 600 && (!body || typeof body === "string");
}

/**
 * What becomes of a batch, where its function tells which records failed: these are delivered again, and of a stream
 * all that follow, too. An answer that does not say which stands for all of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function classifyBatch(failures: unknown, { Records, records = {} }: Event): readonly Datum[] {
  const total = (Records ?? Object.values(records).flat()).length;
  if (!total) return SUCCESS;
  const identifiers = [failures ?? []]
    .flat()
    .map((entry) => (entry as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const failed = identifiers.every(Boolean) ? new Set(identifiers).size : total;
  return [
    ...(failed < total ? SUCCESS : makeFailure("Batch", SERVER_ERROR)),
    datum("FailedRecords", failed),
    datum("FailedRecordsShare", (100 * failed) / total),
  ];
}
