import { buildEmittedMetric, buildAliasMetric } from "../../model/metrics";
import { type AwsAccess } from "../aws/access";
import { readAlarms } from "../aws/alarms";
import { AwsFailure } from "../aws/failure";
import { type MetricRequest, readMetrics, requestSum } from "../aws/metrics";
import { type HeaderSource, HttpSender } from "../http/http-sender";
import { createHeaderSigner } from "../aws/signed-headers";
import { toOneLine } from "../../performance/foreign-text";
import { type CommandContext } from "../cli/command-context";
import { type Callable } from "./inputs";

/** A new address, or a new permission to call it, takes some seconds to take effect everywhere. */
const ATTEMPTS = 6;
const BETWEEN_ATTEMPTS_MILLISECONDS = 5_000;

const BETWEEN_READINGS_MILLISECONDS = 15_000;

/** Lambda's metrics, and those that functions emit, have one value a minute. */
const PERIOD_SECONDS = 60;
const PERIOD_MILLISECONDS = PERIOD_SECONDS * 1000;

const provideNoHeaders: HeaderSource = () => Promise.resolve({});

/** A check with its result. `late`: it is not there yet, which proves nothing. `unknown`: AWS did not provide it. */
export interface SmokeCheck {
  readonly check: string;
  readonly outcome: "ok" | "late" | "failed" | "unknown";
  readonly detail: string;
}

/** What checks meet outside of themselves; the signal ends them. */
type SmokeContext = Pick<CommandContext, "now" | "wait" | "signal">;

/** A request to a function. */
export interface Call {
  readonly callable: Callable;
  /** The path, without the first slash. */
  readonly path: string;
  readonly region: string;
  /** Whether requests must be signed. */
  readonly isSigned: boolean;
  /** The status of the right answer. */
  readonly expected: number;
}

/** Checks that a function's URL answers with the right status, with retries for half a minute. */
export async function checkUrl(
  { callable, path, region, isSigned, expected }: Call,
  { wait, signal }: SmokeContext,
): Promise<SmokeCheck> {
  const url = new URL(`${callable.url.href.replace(/\/$/, "")}/${path}`);
  const sender = new HttpSender(url, isSigned ? createHeaderSigner(url, region) : provideNoHeaders);
  const check = `${callable.id} answers`;
  let answer = "";
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) await wait(BETWEEN_ATTEMPTS_MILLISECONDS, signal);
      answer = await describeResponse(sender);
      if (answer === `status ${expected}`) {
        return { check, outcome: "ok", detail: expected === 200 ? url.href : `${url.href}: ${answer}, as it must` };
      }
    }
  } catch (error) {
    return { check, ...describeUnread(error) };
  } finally {
    sender.close();
  }
  return { check, outcome: "failed", detail: `${url.href}: ${answer}` };
}

async function describeResponse(sender: HttpSender): Promise<string> {
  try {
    return `status ${(await sender.send()).status}`;
  } catch (error) {
    if (error instanceof AwsFailure || !(error instanceof Error)) throw error;
    return toOneLine(error.message);
  }
}

/**
 * Checks that an environment has all its alarms.
 *
 * @param expected their names; all begin with the environment's name
 */
export async function checkAlarms(
  aws: AwsAccess,
  environment: string,
  expected: readonly string[],
): Promise<SmokeCheck> {
  let found: ReadonlyMap<string, unknown>;
  try {
    found = await readAlarms(aws, `${environment}-`);
  } catch (error) {
    return { check: "alarms", ...describeUnread(error) };
  }
  const missing = expected.filter((name) => !found.has(name));
  return missing.length === 0
    ? { check: "alarms", outcome: "ok", detail: `all ${expected.length} exist` }
    : {
        check: "alarms",
        outcome: "failed",
        detail: `${missing.length} of ${expected.length} are missing: ${missing.join(", ")}`,
      };
}

/**
 * Waits until CloudWatch shows the first metrics of functions that have just been called: Lambda's metrics of alias
 * `live`, and the function's own.
 *
 * @param publishing the ids of functions that publish metrics of their own
 * @param since when they were called, in milliseconds since 1970
 */
export async function checkMetrics(
  aws: AwsAccess,
  called: readonly Callable[],
  publishing: ReadonlySet<string>,
  { since, forMinutes }: { readonly since: number; readonly forMinutes: number },
  { now, wait, signal }: SmokeContext,
): Promise<SmokeCheck[]> {
  const waited = new Map(called.flatMap((one) => listRequests(one, publishing.has(one.id))));
  const seen = new Set<string>();
  const from = Math.floor(since / PERIOD_MILLISECONDS) * PERIOD_MILLISECONDS;
  const endsAt = now() + forMinutes * 60_000;
  let missed: Omit<SmokeCheck, "check"> = {
    outcome: "late",
    detail: `no value in CloudWatch after ${forMinutes} minutes: look at the dashboard later`,
  };
  try {
    for (;;) {
      const missing = Object.fromEntries([...waited].filter(([check]) => !seen.has(check)));
      const range = { from, to: now() + PERIOD_MILLISECONDS, periodSeconds: PERIOD_SECONDS };
      const points = await readMetrics(aws, missing, range);
      for (const [check, values] of Object.entries(points)) if (values.length > 0) seen.add(check);
      if (seen.size === waited.size || now() >= endsAt) break;
      await wait(BETWEEN_READINGS_MILLISECONDS, signal);
    }
  } catch (error) {
    missed = describeUnread(error);
  }
  return [...waited.keys()].map((check) => ({
    check,
    ...(seen.has(check) ? { outcome: "ok", detail: "CloudWatch has values" } : missed),
  }));
}

function describeUnread(error: unknown): Omit<SmokeCheck, "check"> {
  if (!(error instanceof AwsFailure)) throw error;
  return { outcome: "unknown", detail: error.message };
}

function listRequests(subject: Callable, publishesMetrics: boolean): [string, MetricRequest][] {
  const { id } = subject;
  const invocations = requestSum(buildAliasMetric("Invocations", subject, "live"));
  const successes = requestSum(buildEmittedMetric("Successes", subject));
  return [
    [`${id} metric Invocations`, invocations],
    ...(publishesMetrics ? [[`${id} metric Successes`, successes] satisfies [string, MetricRequest]] : []),
  ];
}
