import { type Trace, paginateBatchGetTraces, paginateGetTraceSummaries, type TraceSummary } from "@aws-sdk/client-xray";
import { type InvestigationReader, collectItems } from "./aws";
import { type TracePart, listTraceParts } from "./trace-parts";
import { type Window } from "./window";

/** As many as one call hands out: https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const SLOWEST = 5;

/** X-Ray hands traces out in the order that it finds them in. */
const MOST_PAGES = 20;

/** X-Ray refuses long times, in milliseconds: of a longer one, its end is looked at. */
export const LONGEST_TRACED = 6 * 3_600_000;

/** A slow request. */
export interface TraceFindings {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly at: number | undefined;
  /** Undefined where X-Ray does not tell. */
  readonly milliseconds: number | undefined;
  readonly failed: boolean;
  /** Where the time went, the longest first; empty where X-Ray does not tell. */
  readonly parts: readonly TracePart[];
}

/**
 * The slowest traced requests that failed or took longer than usual.
 *
 * @param usualMilliseconds requests that took less are left out; undefined for all
 * @throws AwsFailure
 */
export async function readSlowest(
  aws: InvestigationReader,
  name: string,
  { from, to }: Window,
  usualMilliseconds: number | undefined,
): Promise<TraceSummary[]> {
  const service = `service(id(name: "${name}", type: "AWS::Lambda::Function"))`;
  const slow = usualMilliseconds === undefined ? "" : ` { fault = true OR responsetime > ${usualMilliseconds / 1000} }`;
  const input = {
    StartTime: new Date(Math.max(from, to - LONGEST_TRACED)),
    EndTime: new Date(to),
    FilterExpression: `${service}${slow}`,
  };
  const summaries = await aws.ask("xray:GetTraceSummaries", "there are no traces", (options) =>
    collectItems(
      paginateGetTraceSummaries({ client: aws.xray }, input, options),
      ({ TraceSummaries }) => TraceSummaries,
      MOST_PAGES,
    ),
  );
  return summaries
    .filter(({ Id }) => Id !== undefined)
    .sort((one, other) => (readMilliseconds(other) ?? 0) - (readMilliseconds(one) ?? 0))
    .slice(0, SLOWEST);
}

/**
 * Where the time of some traces went.
 *
 * @throws AwsFailure
 */
export async function readTraces(aws: InvestigationReader, summaries: readonly TraceSummary[]): Promise<Trace[]> {
  const ids = summaries.flatMap(({ Id }) => Id ?? []);
  return aws.ask("xray:BatchGetTraces", "there are no such traces", (options) =>
    collectItems(paginateBatchGetTraces({ client: aws.xray }, { TraceIds: ids }, options), ({ Traces }) => Traces),
  );
}

/** @param traces undefined where they could not be read */
export function buildTraces(
  name: string,
  summaries: readonly TraceSummary[],
  traces: readonly Trace[] | undefined,
): TraceFindings[] {
  return summaries.map((summary) => {
    const { Id: id = "", StartTime, HasFault = false, HasError = false } = summary;
    const segments = traces?.filter((trace) => trace.Id === id).flatMap(({ Segments = [] }) => Segments) ?? [];
    return {
      id,
      at: StartTime?.getTime(),
      milliseconds: readMilliseconds(summary),
      failed: HasFault || HasError,
      parts: listTraceParts(
        name,
        segments.map(({ Document = "" }) => Document),
      ),
    };
  });
}

/** Until the answer, or, of asynchronous requests, until the end. */
function readMilliseconds({ ResponseTime, Duration }: TraceSummary): number | undefined {
  const seconds = ResponseTime ?? Duration;
  return seconds === undefined ? undefined : seconds * 1000;
}
