import { type Offer } from "../../local/offers";
import { type Fault } from "../../local/lambda/fault";
import { type AlarmState } from "../../local/cloudwatch/alarm";
import { type RolloutSnapshot } from "../../local/snapshot";
import { type DrawnWidget } from "../dashboard/content";

/**
 * What the page's server tells the page, part by part: a part is sent again when it has changed. Times are in
 * milliseconds since 1970, on the environment's own clock where nothing else is said.
 */
export interface LiveParts {
  readonly clock: ClockReading;
  readonly facts: Facts;
  readonly problem: readonly string[];
  readonly functions: readonly FunctionRow[];
  readonly instances: readonly Instance[];
  readonly rollouts: readonly RolloutSnapshot[];
  readonly alarms: readonly AlarmRow[];
  readonly requests: readonly RequestRow[];
  readonly rounds: readonly Round[];
  readonly events: readonly EventRow[];
  readonly faults: Readonly<Record<string, Fault>>;
  /** How much has been measured; the dashboard is drawn again when it has changed. */
  readonly measured: number;
}

/** What does not change before the next reload. */
export interface Facts {
  readonly name: string;
  readonly notes: readonly string[];
  readonly dashboards: readonly string[];
  readonly offers: readonly Offer[];
  readonly functions: readonly { readonly id: string; readonly url?: string }[];
  /** What alarms tell people, by their names. */
  readonly alarmTexts: Readonly<Record<string, string>>;
}

/** The environment's own time when it was sent, and how many times faster than real time it runs. */
export interface ClockReading {
  readonly now: number;
  readonly speed: number;
}

/** A function, now and in the last minute of real time. */
export interface FunctionRow {
  readonly id: string;
  readonly requestsPerSecond: number;
  readonly errors: number;
  readonly throttles: number;
  readonly p50?: number;
  readonly p99?: number;
}

/** An execution environment. */
export interface Instance {
  readonly id: string;
  readonly functionId: string;
  readonly version: string;
  readonly state: "starting" | "busy" | "frozen";
  /** Whether its current or last invocation is a ping. */
  readonly isPinged: boolean;
  readonly requests: number;
  readonly pings: number;
}

/** An alarm with its latest changes, the latest first. */
export interface AlarmRow {
  readonly name: string;
  readonly state: AlarmState;
  readonly changes: readonly { readonly at: number; readonly to: AlarmState }[];
}

/** A request, or an event, that was answered. */
export interface RequestRow {
  readonly key: string;
  readonly at: number;
  readonly functionId: string;
  /** As in `GET /health`; missing for an event. */
  readonly request?: string;
  readonly status?: number;
  readonly outcome: "success" | "error" | "throttled";
  /** How often the function ran for an event. */
  readonly attempts: number;
  /** How long the caller waited, in real time. */
  readonly milliseconds: number;
  /** How long the initialization took of the instance that was started for it. */
  readonly initMilliseconds?: number;
  readonly instanceId?: string;
  readonly version?: string;
  readonly problem?: string;
}

/** A round of the warmer for one function. */
export interface Round {
  readonly at: number;
  readonly functionId: string;
  readonly strategy: string;
  readonly asked: number;
  readonly instances: number;
  readonly coldStarts: number;
  readonly failures: readonly string[];
}

/** Something else that happened. */
export interface EventRow {
  readonly at: number;
  readonly text: string;
  readonly isBad: boolean;
}

/** What the page sends to try something. */
export type Trial =
  | {
      readonly action: "send";
      /** Of what is offered. */
      readonly offer: string;
      readonly text: string;
      readonly count: number;
      /** For a request. */
      readonly method?: string;
      readonly path?: string;
    }
  | { readonly action: "break"; readonly functionId: string; readonly fault: Fault | null }
  | { readonly action: "warm" };

/** How a trial ended: one line. */
export interface TrialResult {
  readonly text: string;
  readonly isBad: boolean;
}

/** What the page asks to draw a dashboard. */
export interface DashboardQuery {
  readonly dashboard: number;
  readonly choice: number;
  readonly minutes: number;
}

/** A dashboard for one choice. */
export interface LiveDashboard {
  readonly name: string;
  readonly choice?: { readonly label: string; readonly options: readonly string[] };
  readonly periodSeconds: number;
  readonly widgets: readonly DrawnWidget[];
}

/** What is known of a request besides its row. */
export interface RequestDetails {
  readonly where?: string;
  readonly logLines: readonly string[];
}
