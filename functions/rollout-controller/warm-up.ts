import { InvokeCommand } from "@aws-sdk/client-lambda";
import { toOneLine } from "../../performance/foreign-text";
import { type RolloutSubject } from "../../rollout/contract";
import { buildWarmUp } from "../../rollout/warm-up";
import { type WarmingRecord } from "../../warming/contract";
import { type AwsClients, callAws } from "./clients";

/** A gate waits for half a minute for a free instance. What is warmed after that is warm too. */
const LONGEST_MILLISECONDS = 45_000;

const LONGEST_REASON = 300;

/** What says nothing about the version: its function has too many requests, or the warmer was short of time. */
const NOT_ITS_FAULT = /^(throttled|no answer in time|no time left for a ping|does not answer as a monitored function)/;

/**
 * Warms as many instances of the new version as a share of the requests needs.
 *
 * @param percent the share
 * @returns why its instances cannot be warmed, if that is the version's fault
 */
export async function warmVersion(
  { lambda }: AwsClients,
  warming: NonNullable<RolloutSubject["warming"]>,
  version: string,
  percent: number,
): Promise<string | undefined> {
  const command = new InvokeCommand({
    FunctionName: warming.warmer,
    InvocationType: "RequestResponse",
    Payload: Buffer.from(JSON.stringify(buildWarmUp(warming.request, version, percent))),
  });
  try {
    const { FunctionError, Payload } = await callAws(
      (abortSignal) => lambda.send(command, { abortSignal }),
      LONGEST_MILLISECONDS,
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString() || "null");
    return FunctionError === undefined ? findFailure(answer) : findRefusal(answer);
  } catch {
    // The warmer could not be called, which says nothing about the version.
    return undefined;
  }
}

/** Of a gate's error: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function findRefusal(answer: unknown): string | undefined {
  const { errorMessage } = Object(answer) as { readonly errorMessage?: unknown };
  if (typeof errorMessage !== "string" || !errorMessage.includes("must not go live")) return undefined;
  return errorMessage.includes("throttled repeatedly") ? undefined : toOneLine(errorMessage, LONGEST_REASON);
}

function findFailure(answer: unknown): string | undefined {
  const { targets = [] } = Object(answer) as Partial<WarmingRecord>;
  const dead = targets.find(({ asked, successful }) => asked > 0 && successful === 0);
  const reason = dead?.failures.find((failure) => !NOT_ITS_FAULT.test(failure));
  return reason === undefined ? undefined : toOneLine(`no instance could be warmed: ${reason}`, LONGEST_REASON);
}
