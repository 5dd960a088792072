import { type CrossFieldMistake } from "./cross-field-mistakes";
import { type EventSettings, type EventSource, listEvents } from "./events";

/** Which events of a bucket a function gets. */
export type BucketFilter = Pick<EventSource<"s3">, "events" | "prefix" | "suffix">;

/**
 * Whether a bucket can have an event that two filters let through. AWS refuses such notifications, whichever functions
 * they are for: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function overlaps(one: BucketFilter, other: BucketFilter): boolean {
  const [{ prefix = "", suffix = "" }, { prefix: otherPrefix = "", suffix: otherSuffix = "" }] = [one, other];
  return (
    (prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix)) &&
    (suffix.endsWith(otherSuffix) || otherSuffix.endsWith(suffix)) &&
    one.events.some((event) => other.events.some((another) => includes(event, another) || includes(another, event)))
  );
}

/** Whether a type of events is another one or, as `s3:ObjectCreated:*`, includes it. */
function includes(type: string, another: string): boolean {
  return type === another || (type.endsWith("*") && another.startsWith(type.slice(0, -1)));
}

/** Finds notifications of a bucket that AWS would refuse, in the events of all functions. */
export function findOverlapMistakes(
  functions: Readonly<
    Record<string, { readonly existing?: boolean | undefined; readonly events?: EventSettings["events"] }>
  >,
): CrossFieldMistake[] {
  const all = Object.entries(functions).flatMap(([name, { events = {} }]) =>
    listEvents(events, "s3").map(([event, filter]) => ({ path: ["functions", name, "events", event], filter })),
  );
  return all.flatMap(({ path, filter }, index) =>
    all
      .slice(0, index)
      .filter((earlier) => earlier.filter.bucket === filter.bucket && overlaps(earlier.filter, filter))
      .map((earlier) => ({
        path: [...path, "s3", "prefix"],
        expected: `no overlap with ${earlier.path.join(".")} in prefix, suffix and events: S3 sends an event of ${filter.bucket} once`,
        got: filter.prefix,
      })),
  );
}
