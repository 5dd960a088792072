import { describe, expect, test } from "@jest/globals";
import { findMistakes, makeTfvars } from "../support/project";

const at = "functions.api.allowed_triggers";

async function mistakesIn(triggers: string): Promise<string[]> {
  const functions = `api = { allowed_triggers = ${triggers} }`;
  const mistakes = await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: ", ""));
}

describe("who else may invoke a function", () => {
  test.each([
    ["a service for one resource", '{ principal = "s3.amazonaws.com", source_arn = "arn:aws:s3:::uploads" }'],
    [
      "a service for the resources of one account",
      '{ principal = "cognito-idp.amazonaws.com", source_account = "123456789012" }',
    ],
    [
      "a service for several resources",
      '{ principal = "iot.amazonaws.com", source_arn = "arn:aws:iot:eu-west-1:123456789012:rule/orders_*" }',
    ],
    ["a skill", '{ principal = "alexa-appkit.amazon.com", event_source_token = "amzn1.ask.skill.1-2" }'],
    ["another account", '{ principal = "210987654321" }'],
    ["a role", '{ principal = "arn:aws:iam::210987654321:role/team/caller" }'],
  ])("is %s", async (_, trigger) => {
    expect(await mistakesIn(`{ some = ${trigger} }`)).toEqual([]);
  });

  const who =
    "expected a service, as in s3.amazonaws.com, an account's 12 digits in quotes, or the ARN of a role or user";

  test.each([
    ["everyone", '{ principal = "*" }', `.principal: ${who}, got "*"`],
    ["everyone of an account that is none", '{ principal = "arn:aws:iam::*:root" }', `.principal: ${who}, got `],
    ["every service", '{ principal = "*.amazonaws.com" }', `.principal: ${who}, got "*.amazonaws.com"`],
    ["nobody", "{}", `.principal: ${who}, got nothing`],
    [
      "a service that everyone can use",
      '{ principal = "s3.amazonaws.com" }',
      ": expected source_arn or source_account as well, without which everyone can let s3.amazonaws.com invoke the function, got nothing",
    ],
    [
      "every skill",
      '{ principal = "alexa-appkit.amazon.com" }',
      ": expected event_source_token as well, without which everyone can let alexa-appkit.amazon.com invoke the function, got nothing",
    ],
    [
      "a service for everything",
      '{ principal = "s3.amazonaws.com", source_arn = "*" }',
      '.source_arn: expected an ARN without * before its resource, got "*"',
    ],
    [
      "a service for everything of any account",
      '{ principal = "sns.amazonaws.com", source_arn = "arn:aws:sns:*:*:*" }',
      '.source_arn: expected an ARN without * before its resource, got "arn:aws:sns:*:*:*"',
    ],
    [
      "a skill by an ARN that it does not send",
      '{ principal = "alexa-appkit.amazon.com", event_source_token = "a", source_account = "123456789012" }',
      '.source_account: expected no source_account, because alexa-appkit.amazon.com does not send it, got "123456789012"',
    ],
    [
      "an account by what it owns",
      '{ principal = "210987654321", source_arn = "arn:aws:s3:::uploads" }',
      '.source_arn: expected no source_arn, because 210987654321 is already exactly who may invoke the function, got "arn:aws:s3:::uploads"',
    ],
    [
      "an ARN of another partition",
      '{ principal = "s3.amazonaws.com", source_arn = "arn:aws-cn:s3:::uploads" }',
      '.source_arn: expected an ARN in partition aws, to which eu-west-1 belongs, got "aws-cn"',
    ],
    [
      "an account without quotes",
      '{ principal = "s3.amazonaws.com", source_account = 123456789012 }',
      ".source_account: expected 12 digits in quotes, got 123456789012",
    ],
    [
      "a key of no trigger",
      '{ principal = "210987654321", service = "s3" }',
      ".service: unknown key, did you mean principal?",
    ],
  ])("is not %s", async (_, trigger, expected) => {
    const mistakes = await mistakesIn(`{ some = ${trigger} }`);
    expect(mistakes).toEqual([expect.stringContaining(`${at}.some${expected}`)]);
  });

  test("has a name that Lambda takes for a statement", async () => {
    expect(await mistakesIn('{ "my uploads" = { principal = "210987654321" } }')).toEqual([
      `${at}."my uploads": expected a name of at most 100 letters, digits, - and _, got "my uploads"`,
    ]);
  });
});
