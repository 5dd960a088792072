import { type AlarmState } from "./cloudwatch/alarm";
import { type FunctionFailure } from "./function-failure";

/** What can be told while an environment runs. `at` is on the environment's own clock, in milliseconds since 1970. */
export type LocalEvent =
  /** A function can be invoked from now on. */
  | { readonly kind: "function"; readonly at: number; readonly id: string; readonly url: string | undefined }
  /** An execution environment was started for a request or a ping, and has answered it. */
  | {
      readonly kind: "cold-start";
      readonly at: number;
      readonly id: string;
      readonly initMilliseconds: number;
      /** Whether it was a request through the alias `live` that met it. */
      readonly forRequest: boolean;
    }
  /** A function has failed: it threw, crashed, ran out of time, or has returned to its endpoint what is no response. */
  | (FunctionFailure & {
      readonly kind: "function-failed";
      readonly at: number;
      readonly id: string;
      /** The function's log; missing where none is written. */
      readonly logFile?: string;
    })
  /** An HTTP request was answered. */
  | {
      readonly kind: "request";
      readonly at: number;
      readonly id: string;
      readonly status: number;
      /** From the request's arrival until the answer was handed over, in real time. */
      readonly milliseconds: number;
    }
  /** The warmer has ended a round for one function. */
  | {
      readonly kind: "warming-round";
      readonly at: number;
      /** The function that was warmed. */
      readonly id: string;
      readonly strategy: string;
      readonly asked: number;
      readonly instances: number;
      readonly coldStarts: number;
      readonly failures: readonly string[];
    }
  /** A schedule was due, and the warmer failed. */
  | { readonly kind: "warmer-failed"; readonly at: number; readonly message: string }
  /** An alarm went to another state. */
  | {
      readonly kind: "alarm";
      readonly at: number;
      readonly name: string;
      readonly from: AlarmState;
      readonly to: AlarmState;
    }
  /** The functions' logs can no longer be written. */
  | { readonly kind: "logs-lost"; readonly at: number; readonly message: string };

/** Tells what happens. */
export type ReportEvent = (event: LocalEvent) => void;
