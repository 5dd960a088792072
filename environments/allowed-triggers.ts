import * as z from "zod";
import { findPartitionMistakes } from "./arns";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineSection, defineText } from "./fields";

/**
 * Who may invoke a function's alias `live`, in addition to its endpoint and its events:
 * https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */

const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com)$/;
const ACCOUNT = /^\d{12}$/;
const IDENTITY = /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

/** The services that call a function for a skill, which has a token instead of an ARN. */
const SKILLS = /^alexa-[a-z]+\.amazon\.com$/;

const trigger = defineSection({
  principal: defineText(
    "a service, as in s3.amazonaws.com, an account's 12 digits in quotes, or the ARN of a role or user",
    new RegExp([SERVICE, ACCOUNT, IDENTITY].map(({ source }) => `(${source})`).join("|")),
  ).meta({ description: "Who: a service, as in s3.amazonaws.com, an account, or the ARN of a role or user" }),
  source_arn: defineText(
    "an ARN without * before its resource",
    /^arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:(?!\*+$)[^\s"]+$/,
  )
    .optional()
    .meta({ description: "For a service: the ARN of what it calls the function for; * matches several characters" }),
  source_account: defineText("12 digits in quotes", ACCOUNT).optional().meta({
    description: "For a service: the account of what it calls the function for; add it to ARNs without account (S3)",
  }),
  event_source_token: defineText("1 to 256 letters, digits and ._-", /^[\w.-]{1,256}$/)
    .optional()
    .meta({ description: "For Alexa: the skill's id" }),
});

/** A function's triggers, by name. */
export const allowedTriggers = z.record(
  defineText("a name of at most 100 letters, digits, - and _", /^[\w-]{1,100}$/),
  trigger,
  { error: "a map, as in allowed_triggers = { uploads = { … } }" },
);

/** Who else may invoke a function, by name. */
export type AllowedTriggers = Readonly<Record<string, Readonly<z.output<typeof trigger>>>>;

/** Finds triggers that let in everyone, or nobody. */
export function findTriggerMistakes(triggers: AllowedTriggers, region: string): CrossFieldMistake[] {
  return Object.entries(triggers).flatMap(([name, { principal, sourceArn, sourceAccount, eventSourceToken }]) => {
    const isSkill = SKILLS.test(principal);
    const isService = SERVICE.test(principal);
    const sources = { source_arn: sourceArn, source_account: sourceAccount, event_source_token: eventSourceToken };
    const useful = isSkill ? ["event_source_token"] : isService ? ["source_arn", "source_account"] : [];
    const given = Object.entries(sources).filter(([, value]) => value !== undefined);
    const mistakes: CrossFieldMistake[] = given
      .filter(([key]) => !useful.includes(key))
      .map(([key, value]) => {
        const why = isService ? "does not send it" : "is already exactly who may invoke the function";
        return { path: [name, key], expected: `no ${key}, because ${principal} ${why}`, got: value };
      });
    if (isService && !given.some(([key]) => useful.includes(key))) {
      const expected = `${useful.join(" or ")} as well, without which everyone can let ${principal} invoke the function`;
      mistakes.push({ path: [name], expected, got: undefined });
    }
    for (const [key, value] of Object.entries({ principal, source_arn: sourceArn })) {
      if (value?.startsWith("arn:")) mistakes.push(...findPartitionMistakes([name, key], value, region));
    }
    return mistakes.map(({ path, ...mistake }) => ({ ...mistake, path: ["allowed_triggers", ...path] }));
  });
}
