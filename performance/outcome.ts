import { type Datum, datum } from "./metrics";
import { limitNames } from "./names";
import { attempt } from "./promises";

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
  attempt(() => (category = categorize?.(error)));
  attempt(() => {
    const { name, constructor } = error as Error;
    category ??= name === "Error" ? constructor.name : name;
  });
  return makeFailure(category);
}

/**
 * The outcome of a handler that answered, as metrics: by its HTTP status, or by the failed records of its batch, if it
 * reports any.
 */
export function classifyResult(result: unknown, event: unknown): readonly Datum[] {
  try {
    const { statusCode, body, batchItemFailures } = Object(result) as Result;
    const { requestContext: http, Records, records = {} } = Object(event) as Event;
    if (batchItemFailures !== undefined) {
      return classifyBatch(batchItemFailures, (Records ?? Object.values(records).flat()).length);
    }
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    const isResponse =
      statusCode === undefined
        ? // With payload format 2.0, anything can be the body of a response; with 1.0, null is not a response.
          result || http?.http
        : statusCode >= 100 && statusCode < 600 && (!body || typeof body === "string");
    const status = http && !isResponse ? BAD_GATEWAY : Number(statusCode);
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
 * The outcome of a batch whose function reports failed records: Lambda delivers these again, and for a stream also all
 * that follow. An answer that does not say which records failed counts as all of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function classifyBatch(failures: unknown, total: number): readonly Datum[] {
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
