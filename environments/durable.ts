import type * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { type EventSettings, isQueuedByLambda } from "./events";
import { defineSection, defineWholeNumber } from "./fields";
import { setsWarming, type WarmingOverrides } from "./warming";

/**
 * Executions that go on after an interruption from where they were:
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-configuration.html
 */
export const durable = defineSection({
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-durableconfig.html
  execution_timeout_seconds: defineWholeNumber(1, 31_622_400).meta({
    description: "Maximum duration of an execution with all its waits; timeout_seconds limits each of its invocations",
  }),
  retention_days: defineWholeNumber(1, 90)
    .optional()
    .meta({ description: "How long Lambda keeps an execution's history after its end; AWS's default is 14" }),
});

/** Lambda refuses a synchronous invocation that may take longer. */
const SYNCHRONOUS_SECONDS = 900;

/** What makes a difference for durable executions. */
interface Settings {
  readonly durable?: Readonly<z.output<typeof durable>> | undefined;
  readonly endpoint: "none" | "iam" | "public";
  readonly events: EventSettings["events"];
  readonly warming: WarmingOverrides;
}

/** Whether pings keep a function warm. For a durable function, each ping would be an execution. */
export function canBeWarmed(settings: {
  readonly reservedConcurrency?: number | undefined;
  readonly durable?: unknown;
}): boolean {
  return settings.reservedConcurrency !== 0 && settings.durable === undefined;
}

/** Finds settings that a durable function cannot have. */
export function findDurableMistakes({ durable: settings, endpoint, events, warming }: Settings): CrossFieldMistake[] {
  if (!settings) return [];
  const { executionTimeoutSeconds: seconds } = settings;
  const mistakes: CrossFieldMistake[] = [];
  if (endpoint !== "none" && seconds > SYNCHRONOUS_SECONDS) {
    const expected = `at most ${SYNCHRONOUS_SECONDS} with an endpoint, which waits for the end of an execution`;
    mistakes.push({ path: ["durable", "execution_timeout_seconds"], expected, got: seconds });
  }
  // https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking-esm.html
  const polled = Object.values(events)
    .flatMap(Object.keys)
    .find((kind) => !isQueuedByLambda(kind));
  if (polled !== undefined && seconds > SYNCHRONOUS_SECONDS) {
    const expected = `at most ${SYNCHRONOUS_SECONDS} with an event of ${polled}, of which Lambda waits for the end of an execution`;
    mistakes.push({ path: ["durable", "execution_timeout_seconds"], expected, got: seconds });
  }
  if (setsWarming(warming)) {
    const expected = "no warming of a durable function, of which each ping would be an execution";
    mistakes.push({ path: ["warming"], expected, got: warming });
  }
  return mistakes;
}
