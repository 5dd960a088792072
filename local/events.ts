import { type Mistake } from "../environments/mistakes";
import { type RolloutRecord } from "../rollout/contract";
import { type AlarmState } from "./cloudwatch/alarm";
import { type EndCondition } from "./lambda/destination-record";
import { type InvocationReport } from "./lambda/local-function";
import { type DeadLetter } from "./queue/queues";
import { type FunctionFailure } from "./function-failure";
import { type RolloutSnapshot } from "./snapshot";

/** The events of a running environment. `at` is the time on the environment's own clock, in milliseconds since 1970. */
export type LocalEvent =
  /** A function can be invoked now. */
  | { readonly kind: "function"; readonly at: number; readonly id: string; readonly url: string | undefined }
  /** An execution environment was started for a request or a ping, and has answered it. */
  | {
      readonly kind: "cold-start";
      readonly at: number;
      readonly id: string;
      readonly initMilliseconds: number;
      /** Whether it was for a request through the alias `live`. */
      readonly forRequest: boolean;
    }
  /** A function has failed: it threw, crashed, timed out, or returned an invalid response to its endpoint. */
  | (FunctionFailure & {
      readonly kind: "function-failed";
      readonly at: number;
      readonly id: string;
      /** Missing if an endpoint found its response invalid. */
      readonly requestId?: string;
      /** The function's log; missing if none is written. */
      readonly logFile?: string;
    })
  /** An invocation has ended, of a request, a ping or an event. */
  | (Omit<InvocationReport, "functionName" | "codeFolder"> & {
      readonly kind: "invocation";
      readonly at: number;
      readonly id: string;
    })
  /** An HTTP request was answered. */
  | {
      readonly kind: "request";
      readonly at: number;
      readonly id: string;
      readonly method: string;
      readonly path: string;
      readonly status: number;
      /** Of the invocation; missing if the function was not invoked. */
      readonly requestId?: string;
      /** From the request's arrival until the answer was passed on, in real time. */
      readonly milliseconds: number;
    }
  /** The warmer has finished a round for one function. */
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
  /** A schedule was due, but the warmer failed. */
  | { readonly kind: "warmer-failed"; readonly at: number; readonly message: string }
  /** A rollout has begun, gone on or ended. */
  | (RolloutSnapshot & { readonly kind: "rollout"; readonly at: number; readonly event: RolloutRecord["event"] })
  /** A message was received too often, and moved to the dead-letter queue. */
  | (DeadLetter & { readonly kind: "dead-letter"; readonly at: number })
  /** A function has handled a batch of messages, but its answer is not valid: all of them return to the queue. */
  | {
      readonly kind: "batch-refused";
      readonly at: number;
      readonly id: string;
      readonly queueName: string;
      readonly problem: string;
    }
  /** An asynchronous event was given up. */
  | {
      readonly kind: "event-failed";
      readonly at: number;
      readonly id: string;
      readonly condition: EndCondition;
      /** How often the function ran. */
      readonly attempts: number;
      /** Where the event is now; undefined if it was dropped. */
      readonly queueName: string | undefined;
    }
  /** An asynchronous event is gone, and is in no queue. */
  | { readonly kind: "event-lost"; readonly at: number; readonly id: string; readonly message: string }
  /** The messages of a queue cannot be read or written anymore. */
  | { readonly kind: "queue-lost"; readonly at: number; readonly queueName: string; readonly message: string }
  /** An alarm changed its state. */
  | {
      readonly kind: "alarm";
      readonly at: number;
      readonly name: string;
      readonly from: AlarmState;
      readonly to: AlarmState;
    }
  /** What was saved runs from now on or, where its rollout says so, takes over step by step. */
  | {
      readonly kind: "reloaded";
      readonly at: number;
      /** Whether only functions have new code, or the whole environment may be another one. */
      readonly scope: "code" | "environment";
      /** Functions with new code or settings, and new ones; none if what was broken is again as it runs. */
      readonly ids: readonly string[];
      /** Since the files were saved, in real time. */
      readonly milliseconds: number;
      /** What is new in the environment's notes. */
      readonly notes: readonly string[];
    }
  /** What was saved cannot run: everything goes on as it was. */
  | { readonly kind: "reload-failed"; readonly at: number; readonly mistakes: readonly Mistake[] }
  /** Files have changed that count only after a restart. */
  | { readonly kind: "restart-needed"; readonly at: number; readonly files: readonly string[] }
  /** Saved files are not noticed everywhere anymore. */
  | { readonly kind: "changes-lost"; readonly at: number; readonly message: string }
  /** The functions' logs cannot be written anymore. */
  | { readonly kind: "logs-lost"; readonly at: number; readonly message: string };

/** Reports events. */
export type ReportEvent = (event: LocalEvent) => void;
