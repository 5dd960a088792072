import * as z from "zod";
import { FAULTS } from "../../local/lambda/fault";
import { type LocalEnvironment } from "../../local/local-environment";
import { type Offer } from "../../local/offers";
import { LocalEnvironmentError } from "../../local/problem";
import { type Trial, type TrialResult } from "./messages";

const MOST_AT_ONCE = 1000;
const MOST_CONCURRENT = 20;
const LONGEST_TEXT = 1_000_000;
/** Of an answer, in characters. */
const SHOWN_BODY = 300;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

const trialSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("send"),
    offer: z.string(),
    text: z.string().max(LONGEST_TEXT),
    count: z.number().int().min(1).max(MOST_AT_ONCE),
    method: z.enum(METHODS).optional(),
    path: z.string().startsWith("/", { error: "expected one that begins with /" }).optional(),
  }),
  z.object({ action: z.literal("break"), functionId: z.string(), fault: z.enum(FAULTS).nullable() }),
  z.object({ action: z.literal("warm") }),
]) satisfies z.ZodType<Trial>;

/** Does what the page asks for, which is nothing but what it offers; says in one line how it ended. */
export async function runTrial(environment: LocalEnvironment, asked: unknown): Promise<TrialResult> {
  const { data: trial, error } = trialSchema.safeParse(asked);
  if (!trial) {
    const [issue] = error.issues;
    return { text: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, isBad: true };
  }
  try {
    switch (trial.action) {
      case "send":
        return await send(environment, trial);
      case "break":
        if (!environment.offers.some(({ functionId }) => functionId === trial.functionId)) {
          throw new LocalEnvironmentError(`${environment.name} does not offer ${trial.functionId}`);
        }
        environment.setFault(trial.functionId, trial.fault ?? undefined);
        return { text: `${trial.functionId}: ${trial.fault ?? "repaired"}`, isBad: false };
      case "warm":
        await environment.runWarmer();
        return { text: "The warmer has finished", isBad: false };
    }
  } catch (failure) {
    if (failure instanceof LocalEnvironmentError) return { text: failure.message, isBad: true };
    throw failure;
  }
}

async function send(
  environment: LocalEnvironment,
  { offer: id, text, count, method = "GET", path = "/" }: Extract<Trial, { action: "send" }>,
): Promise<TrialResult> {
  const offer = environment.offers.find((one) => one.id === id);
  if (!offer) throw new LocalEnvironmentError(`${environment.name} does not offer ${id}`);
  const sendOne =
    offer.kind === "request"
      ? async () => {
          const { status, body } = await sendRequest(environment, offer, method, path, text);
          return count === 1 ? `${status} ${body.slice(0, SHOWN_BODY)}` : status;
        }
      : async () => {
          await environment.send(offer, text);
          return "sent";
        };
  const answers = new Map<string, number>();
  let left = count;
  const sendSome = async () => {
    while (left > 0) {
      left--;
      const answer = await sendOne();
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, MOST_CONCURRENT) }, sendSome));
  const sorted = [...answers].toSorted(([, one], [, other]) => other - one);
  const isBad = sorted.some(([answer]) => /^(5|429|no )/.test(answer));
  if (count === 1) return { text: sorted[0]?.[0] ?? "", isBad };
  return { text: sorted.map(([answer, times]) => `${times} × ${answer}`).join(", "), isBad };
}

async function sendRequest(
  { functions }: LocalEnvironment,
  { functionId }: Offer,
  method: string,
  path: string,
  text: string,
): Promise<{ readonly status: string; readonly body: string }> {
  const { url } = functions.find(({ id }) => id === functionId) ?? {};
  if (url === undefined) throw new LocalEnvironmentError(`${functionId} has no endpoint`);
  const hasBody = text !== "" && method !== "GET" && method !== "HEAD";
  try {
    // Not by `new URL(path, url)`: a path may begin with two slashes.
    const response = await fetch(url.replace(/\/$/, "") + path, {
      ...{ method, redirect: "manual" },
      ...(hasBody && { body: text, headers: { "content-type": "application/json" } }),
    });
    return { status: String(response.status), body: await response.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    return { status: `no answer (${cause instanceof Error ? cause.message : message})`, body: "" };
  }
}
