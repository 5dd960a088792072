import { type Datum, datum } from "./metrics";
import { limitNames } from "./names";

/** Returns a failure's category; undefined selects the default, the error's class. */
export type Categorize = (error: unknown) => string | undefined;

/** The parts of events that show their kind. */
interface Event {
  /** Of SQS, Kinesis and DynamoDB. */
  readonly Records?: readonly unknown[];
  /** Of Kafka, by partition. */
  readonly records?: Readonly<Record<string, readonly unknown[]>>;
  /** Of HTTP requests; `http` with payload format 2.0. */
  readonly requestContext?: { readonly http?: unknown };
}

/** The parts of answers that show the outcome. */
interface Result {
  /** May also be a text. */
  readonly statusCode?: number;
  readonly body?: unknown;
  readonly batchItemFailures?: unknown;
}

/** What the sender of an HTTP request gets if the function's answer is not a valid response. */
const BAD_GATEWAY = 502;

/** Maximum number of categories per execution environment; the rest is `Other`. */
const MAX_CATEGORIES = 10;

const limitCategory = limitNames(MAX_CATEGORIES);

const SUCCESS = [datum("Successes")];
/** For a failure that Lambda itself does not see, because there was an answer. */
const SERVER_ERROR = datum("ServerErrors");

/** The outcome for the caller of a handler that threw, as metrics. An error that cannot be inspected has no name. */
export function classifyError(error: unknown, categorize?: Categorize): readonly Datum[] {
  let category: unknown;
  try {
    category = categorize?.(error);
  } catch {
    // Use the default.
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
 * The outcome of a handler that answered, as metrics: by its HTTP status, or by the failed records of its batch, if it
 * reports any.
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
  // With payload format 2.0, anything can be the body of a response; with 1.0, null is not a response.
  if (statusCode === undefined) return !!(result || http.http);
  return statusCode >= 100 && statusCode < 600 && (!body || typeof body === "string");
}

/**
 * The outcome of a batch whose function reports failed records: Lambda delivers these again, and for a stream also all
 * that follow. An answer that does not say which records failed counts as all of them.
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
