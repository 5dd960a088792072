/** When Lambda stops supporting a runtime; days in UTC. */
export interface RuntimeDates {
  /** From then on, it gets no security updates. */
  readonly deprecated: string;
  /** From then on, no function can be created with it. */
  readonly createBlocked: string;
}

/**
 * The runtimes of finished packages, as of autumn 2026; AWS announces changes on this page:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export const RUNTIMES = {
  dotnet8: { deprecated: "2026-11-10", createBlocked: "2027-07-29" },
  "java8.al2": { deprecated: "2027-06-30", createBlocked: "2027-07-31" },
  java11: { deprecated: "2027-06-30", createBlocked: "2027-07-31" },
  java17: { deprecated: "2027-06-30", createBlocked: "2027-07-31" },
  java21: { deprecated: "2029-06-30", createBlocked: "2029-07-31" },
  java25: { deprecated: "2029-06-30", createBlocked: "2029-07-31" },
  "nodejs20.x": { deprecated: "2026-04-30", createBlocked: "2027-02-01" },
  "nodejs22.x": { deprecated: "2027-04-30", createBlocked: "2027-06-01" },
  "nodejs24.x": { deprecated: "2028-04-30", createBlocked: "2028-06-01" },
  "provided.al2": { deprecated: "2026-07-31", createBlocked: "2027-02-01" },
  "provided.al2023": { deprecated: "2029-06-30", createBlocked: "2029-07-31" },
  "python3.9": { deprecated: "2025-12-15", createBlocked: "2027-02-01" },
  "python3.10": { deprecated: "2026-10-31", createBlocked: "2027-02-01" },
  "python3.11": { deprecated: "2027-06-30", createBlocked: "2027-07-31" },
  "python3.12": { deprecated: "2028-10-31", createBlocked: "2028-11-30" },
  "python3.13": { deprecated: "2029-06-30", createBlocked: "2029-07-31" },
  "python3.14": { deprecated: "2029-06-30", createBlocked: "2029-07-31" },
  "ruby3.2": { deprecated: "2026-03-31", createBlocked: "2027-02-01" },
  "ruby3.3": { deprecated: "2027-03-31", createBlocked: "2027-04-30" },
  "ruby3.4": { deprecated: "2028-03-31", createBlocked: "2028-04-30" },
} as const satisfies Readonly<Record<string, RuntimeDates>>;

/** A runtime by Lambda's name. */
export type Runtime = keyof typeof RUNTIMES;

/** The runtimes of functions that are bundled from here, oldest first. */
export const NODE_RUNTIMES = ["nodejs22.x", "nodejs24.x"] as const satisfies readonly Runtime[];

/** One of {@link NODE_RUNTIMES}. */
export type NodeRuntime = (typeof NODE_RUNTIMES)[number];

/** AWS, too, gives notice this long before: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const NOTICE_MILLISECONDS = 180 * 24 * 3_600_000;

/** What is known about a runtime that is deprecated, or will be within 180 days. */
export interface Deprecation {
  /** Whether no function can be created with it. */
  readonly isBlocked: boolean;
  /** Without a full stop. */
  readonly sentence: string;
}

/**
 * Whether a runtime is deprecated, or soon will be; undefined if neither.
 *
 * @param now milliseconds since 1970
 */
export function findDeprecation(runtime: Runtime, now: number): Deprecation | undefined {
  const { deprecated, createBlocked } = RUNTIMES[runtime];
  if (now < Date.parse(deprecated) - NOTICE_MILLISECONDS) return undefined;
  const isBlocked = now >= Date.parse(createBlocked);
  const isOver = now >= Date.parse(deprecated);
  return {
    isBlocked,
    sentence: [
      `AWS ${isOver ? "deprecated" : "deprecates"} ${runtime} on ${deprecated}`,
      isBlocked
        ? `no function can be created with it since ${createBlocked}`
        : `no function can be created with it from ${createBlocked} on`,
    ].join(", and "),
  };
}
