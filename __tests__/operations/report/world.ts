import { type FilteredLogEvent, type StartQueryCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach } from "@jest/globals";
import { runCommand, type CommandRun } from "../../support/command";
import { FakeAws, type QueryRow } from "../../support/fake-aws";
import { makeProject, makeTfvars } from "../../support/project";

/** The last full hour is 10:00. */
export const REPORT_NOW = Date.parse("2026-01-19T10:07:00.000Z");
/** The end of what is reported. */
export const TO = Date.parse("2026-01-19T10:00:00.000Z");
/** In milliseconds. */
export const HOUR = 3_600_000;
/** In milliseconds. */
export const DAY = 24 * HOUR;
/** In milliseconds. */
export const WEEK = 7 * DAY;

/** Every alarm of function `api` of `dev` and of its warmer. */
export const ALARM_NAMES = [
  ...["cold-starts", "init-duration", "memory", "response-time", "errors", "throttles", "timeouts", "warming"],
  "degraded",
].map((key) => `dev-api-${key}`);
const WARMER_ALARMS = ["dev-warmer-errors", "dev-warmer-missed"];

/** What AWS holds, for a test to fill. */
export class ReportWorld extends FakeAws {
  notes: string[] = [];
  /** By log group. */
  percentiles: Record<string, { requests: number; p50: number; p90: number; p99: number }> = {};
  /** Of the controller's log. */
  rolloutRows: readonly QueryRow[] = [];
  now = REPORT_NOW;
  waits = 0;

  constructor() {
    super();
    this.setAlarms(...ALARM_NAMES, ...WARMER_ALARMS);
  }

  /** These alarms are there, and no others. */
  setAlarms(...names: readonly string[]): void {
    this.alarms.clear();
    const StateTransitionedTimestamp = new Date(TO - 100 * DAY);
    for (const name of names) this.alarms.set(name, { StateTransitionedTimestamp });
  }

  protected override findEvents(): readonly FilteredLogEvent[] | undefined {
    if (this.notes.length === 0) return undefined;
    return this.notes.map((message, index) => ({ eventId: String(index), message, timestamp: this.now }));
  }

  protected override runQuery({ logGroupNames = [] }: StartQueryCommandInput): readonly QueryRow[] {
    if (logGroupNames.includes("/aws/lambda/dev-rollout-controller")) return this.rolloutRows;
    return logGroupNames.flatMap((group) => {
      const found = Object.entries(this.percentiles[group] ?? {}).map(
        ([name, value]) => [name, String(value)] as const,
      );
      return found.length === 0 ? [] : [{ "@log": `123456789012:${group}`, ...Object.fromEntries(found) }];
    });
  }
}

/** A world for each test, which answers as AWS does. */
export function makeWorld(): () => ReportWorld {
  let world = new ReportWorld();
  beforeEach(() => {
    world = new ReportWorld();
  });
  return () => world;
}

/** Runs a command in a project with this `dev`; files that it writes are in `root`. */
export function runReport(
  world: ReportWorld,
  args: readonly string[],
  dev: Parameters<typeof makeTfvars>[0] = {},
): Promise<CommandRun> {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ more: "objectives = false", ...dev }),
    "functions/web/handler.ts": "",
  });
  return runCommand(args, { root, now: () => world.now, onWait: () => (world.waits += 1) });
}
