import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { removeControls, toOneLine } from "../../performance/foreign-text";
import { looksSecret, maskSecrets } from "../../performance/secrets";

// Put together here, so that no scanner takes a made-up secret for one that has leaked.
const letters = (length: number) => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z".repeat(4).slice(0, length);
const upper = (length: number) => letters(length).toUpperCase();

const HIDDEN = letters(24);

/** A text with a secret in it, and the secret. */
const SECRETS: readonly (readonly [what: string, text: string, secret: string])[] = [
  ["a password in an address", `postgres://admin:${HIDDEN}@db:5432/x`, HIDDEN],
  ["a password with an @ in an address", `mysql://root:a@b@${HIDDEN}@db/x`, HIDDEN],
  ["a token as an address's user", `https://${HIDDEN}@github.com/x`, HIDDEN],
  ["an access key", `AKIA${upper(16)}`, `AKIA${upper(16)}`],
  ["a session's access key", `ASIA${upper(16)}`, `ASIA${upper(16)}`],
  ["a secret key", `aws_secret_access_key = ${HIDDEN}/+x`, HIDDEN],
  ["a session token", `AWS_SESSION_TOKEN=${HIDDEN}`, HIDDEN],
  ["a password", `password=${HIDDEN}`, HIDDEN],
  ["a password in quotes, with spaces", `{"dbPassword":"open ${HIDDEN}"}`, HIDDEN],
  ["a token", `token: ${HIDDEN}`, HIDDEN],
  ["an API key", `'x-api-key' => '${HIDDEN}'`, HIDDEN],
  ["a client's secret", `client_secret=${HIDDEN}&grant=x`, HIDDEN],
  ["a signed address", `https://b.s3.amazonaws.com/k?X-Amz-Signature=${HIDDEN}&x=1`, HIDDEN],
  ["a header with a bearer", `Authorization: Bearer ${HIDDEN}`, HIDDEN],
  ["a header with a password", `authorization: Basic ${HIDDEN}==`, HIDDEN],
  ["a bearer", `sent Bearer ${HIDDEN}`, HIDDEN],
  ["a web token", `eyJ${letters(20)}.eyJ${letters(30)}.${HIDDEN}`, HIDDEN],
  ["a private key", `-----BEGIN RSA PRIVATE KEY-----\nMII${HIDDEN}\n-----END RSA PRIVATE KEY-----`, HIDDEN],
  ["a private key that is cut off", `-----BEGIN PRIVATE KEY-----\\nMII${HIDDEN}`, HIDDEN],
  ["a token of GitHub", `ghp_${letters(36)}`, letters(36)],
  ["a token of Slack", `xoxb-${letters(24)}`, letters(24)],
  ["a password with a / in an address", `postgres://admin:a/b?${HIDDEN}@db/x`, HIDDEN],
  ["a password with a # in an address", `amqp://admin:a#${HIDDEN}@queue:5672/x`, HIDDEN],
  ["a header in JSON", `{"Authorization":"Basic ${HIDDEN}=="}`, HIDDEN],
  ["a header in a list", `'authorization': [ 'Digest ${HIDDEN}' ]`, HIDDEN],
  ["credentials without their header", `sent Basic ${HIDDEN}==`, HIDDEN],
  ["a cookie", `Cookie: theme=dark; session=${HIDDEN}`, HIDDEN],
  ["a cookie that is set", `{"set-cookie":["session=${HIDDEN}; Path=/"]}`, HIDDEN],
  ["a password in JSON in a text", String.raw`"{\"password\":\"a\\\"${HIDDEN}\"}"`, HIDDEN],
  ["a password in a list", `{"password": ["${HIDDEN}"]}`, HIDDEN],
  ["a secret key in XML", `<SecretAccessKey>a&amp;${HIDDEN}</SecretAccessKey>`, HIDDEN],
  ["an argument", `Command failed: mysqldump --db-password ${HIDDEN} orders`, HIDDEN],
  ["an argument in quotes", `Command failed: sign --token "a ${HIDDEN}"`, HIDDEN],
  ["a password that is shortly called so", `DB_PASS=${HIDDEN}`, HIDDEN],
  ["an address signed as in Azure", `https://a.blob.core.windows.net/b?sv=1&sig=${HIDDEN}`, HIDDEN],
  ["a webhook of Discord", `https://discord.com/api/webhooks/123/${HIDDEN}`, HIDDEN],
  ["a key of Amazon Bedrock", `ABSK${letters(40)}`, letters(40)],
  ["a key of Stripe", `sk_live_${letters(24)}`, letters(24)],
];

describe("a text that others wrote", () => {
  test.each(SECRETS)("never shows %s", (_, text, secret) => {
    for (const around of [text, `Error: connect failed (${text}) at 10:00`, `a ${text}\nb`]) {
      expect(maskSecrets(around)).not.toContain(secret);
      expect(toOneLine(around)).not.toContain(secret);
      expect(toOneLine(around)).toContain("(masked)");
    }
  });

  test("never shows a secret of a known form, whatever stands around it", () => {
    const around = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(around, fc.constantFrom(...SECRETS), around, (before, [, text, secret], after) => {
        expect(toOneLine(`${before} ${text} ${after}`)).not.toContain(secret);
      }),
    );
  });

  test.each([
    ...["a.", "a-", "eyJ-", "eyJaaaaaaaa-", "secret", "https://a:", "https://a:a@", "cookie: ", "<password>"],
    ...["--token ", "token='", 'token="', 'token\\"', "token\\\\"],
  ])("is a line soon, also if it is a megabyte of %j", (part) => {
    const text = part.repeat(1_000_000 / part.length);

    expect(toOneLine(text).length).toBeLessThanOrEqual(1000);
    expect(toOneLine(`password=hidden-${text}`)).not.toContain("hidden");
  });

  test("shows no secret in an address before or after many words", () => {
    const words = "a.".repeat(200_000);

    expect(maskSecrets(`${words} https://user:hidden@example.com ${words}`)).not.toContain("hidden");
  });

  test.each([
    ["many beginnings of a token", "eyJ-".repeat(200_000)],
    ["a name and a long gap", `--token${" ".repeat(200_000)}`],
  ])("shows no token after %s", (_, before) => {
    const token = `eyJ${letters(20)}.eyJ${HIDDEN}.${letters(20)}`;

    expect(maskSecrets(`${before} ${token} ${before}\n${token}`)).not.toContain(HIDDEN);
  });

  test("holds no control character, and no line but its own", () => {
    const nasty = fc.constantFrom(
      "\x1b[2J",
      "\x1b]0;title\x07",
      "\r",
      "\n",
      "\u2028",
      "\u202e",
      "\u0000",
      "\x9b31m",
      "\ud83d",
    );
    const text = fc.array(fc.oneof(nasty, fc.string({ unit: "binary" }))).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (value) => {
        expect(toOneLine(value)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test("shows a secret no more for terminal commands inside it", () => {
    const hidden = toOneLine(`AKIA\x1b[0m${upper(16)} and AKIA\u200b${upper(16)}`);
    expect(hidden).toBe("(masked) and (masked)");
  });

  test("is cut between characters, not inside one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const line = toOneLine(text, most);
        expect(Array.from(line).length).toBeLessThanOrEqual(most);
        expect(line).not.toMatch(/\p{Cs}/u);
      }),
    );
    expect(toOneLine("🙂🙂🙂", 2)).toBe("🙂🙂");
  });

  test.each([
    "Cannot find module 'left-pad'",
    "connect ECONNREFUSED 127.0.0.1:5432",
    "AccessDeniedException: User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:InvokeFunction",
    "Unexpected token < in JSON at position 0",
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html#x",
    "mail to team@example.com",
    "password is missing",
    "Unexpected token > in JSON at position 0",
    "3 tests passed: all, bypass=none",
    "http://localhost:3000/@vite/client",
    "file:///var/task/node_modules/@aws-sdk/client-s3/index.js",
    "größer als 5 — naïve café, 日本語",
  ])("is left alone where it is ordinary: %s", (text) => {
    expect(toOneLine(text)).toBe(text);
    expect(looksSecret(text)).toBe(false);
  });
});

test.each(["postgres://admin:a/b@db/x", "amqp://admin:a#b@queue/x", "Basic dXNlcjpwYXNzd29yZA=="])(
  "is recognized as a secret: %s",
  (text) => {
    expect(looksSecret(text)).toBe(true);
  },
);

test("lines of our own keep their line ends and lose what would steer a terminal", () => {
  expect(removeControls("a\u001b[2J.tfvars: wrong\nb\r\u202e.tfvars: token: wrong")).toBe(
    "a.tfvars: wrong\nb .tfvars: token: wrong",
  );
});
