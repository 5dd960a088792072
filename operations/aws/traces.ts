import { paginateBatchGetTraces, paginateGetTraceSummaries, XRayClient } from "@aws-sdk/client-xray";
import { type AwsAccess } from "./access";

/** Maximum number per call: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
export const TRACES_PER_CALL = 5;

/** X-Ray returns traces in the order in which it finds them. */
const MOST_PAGES = 20;

/** A traced request. */
export interface TracedRequest {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly at: number | undefined;
  /** Until the answer, or for asynchronous requests until the end; undefined if X-Ray does not provide it. */
  readonly milliseconds: number | undefined;
  readonly failed: boolean;
}

/**
 * Traced requests of a time range, from X-Ray's first pages.
 *
 * @param filter https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
 * @throws AwsFailure
 */
export async function readTracedRequests(
  aws: AwsAccess,
  { from, to, filter }: { readonly from: number; readonly to: number; readonly filter: string },
): Promise<TracedRequest[]> {
  const input = { StartTime: new Date(from), EndTime: new Date(to), FilterExpression: filter };
  const summaries = await aws.askAll(
    "xray:GetTraceSummaries",
    "there are no traces",
    (options) => paginateGetTraceSummaries({ client: aws.client(XRayClient) }, input, options),
    ({ TraceSummaries }) => TraceSummaries,
    MOST_PAGES,
  );
  return summaries.flatMap(({ Id, StartTime, ResponseTime, Duration, HasFault = false, HasError = false }) => {
    const seconds = ResponseTime ?? Duration;
    const milliseconds = seconds === undefined ? undefined : seconds * 1000;
    return Id === undefined ? [] : [{ id: Id, at: StartTime?.getTime(), milliseconds, failed: HasFault || HasError }];
  });
}

/**
 * The segments of some traces, as JSON documents.
 *
 * @param ids at most {@link TRACES_PER_CALL}
 * @returns by the traces' ids
 * @throws AwsFailure
 */
export async function readTraceSegments(
  aws: AwsAccess,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const traces = await aws.askAll(
    "xray:BatchGetTraces",
    "there are no such traces",
    (options) => paginateBatchGetTraces({ client: aws.client(XRayClient) }, { TraceIds: [...ids] }, options),
    ({ Traces }) => Traces,
  );
  return new Map(
    traces.map(({ Id = "", Segments = [] }) => [Id, Segments.map(({ Document = "" }) => Document)] as const),
  );
}
