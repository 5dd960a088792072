import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { show } from "../../environments/mistakes";
import { holdsSecret, namesSecret } from "../../environments/secrets";
import { looksSecret } from "../../performance/secrets";
import { findMistakes, makeTfvars } from "../support/project";

const SECRET_NAMES = [
  "STRIPE_SECRET_KEY",
  "DB_PASS",
  "DB_PASSWORD",
  "dbPassword",
  "DBPASSWORD",
  "PGPASSWORD",
  "MYSQL_PWD",
  "DB_PASSWD",
  "SSH_PASSPHRASE",
  "PASSWORD",
  "TOKEN",
  "GITHUB_TOKEN",
  "accessToken",
  "ACCESSTOKEN",
  "API_TOKENS",
  "API_KEY",
  "APIKEY",
  "stripeApiKey",
  "API_KEY_2",
  "DB_PASSWORD_PROD",
  "SECRET_KEY_BASE",
  "JWT_SECRET",
  "CLIENT_SECRET_V2",
  "PRIVATE_KEY",
  "PRIVATE_KEY_PEM",
  "SECRET_ACCESS_KEY",
  "ENCRYPTION_KEY",
  "SIGNINGKEY",
  "SUPABASE_SERVICE_ROLE_KEY",
  "LICENSE_KEY",
  "SMTP_CREDENTIALS",
  "BASIC_AUTH",
];

const HARMLESS_NAMES = [
  "NEXT_TOKEN",
  "nextToken",
  "PAGE_TOKEN",
  "TOKEN_TTL_SECONDS",
  "TOKEN_URL",
  "MAX_TOKENS",
  "OPENAI_MAX_OUTPUT_TOKENS",
  "TOKENS_PER_MINUTE",
  "PUBLIC_KEY",
  "STRIPE_PUBLISHABLE_KEY",
  "NEXT_PUBLIC_API_KEY",
  "KEY_PREFIX",
  "CACHE_KEY",
  "PARTITION_KEY",
  "API_KEY_HEADER",
  "ACCESS_KEY_ID",
  "PASS_THROUGH",
  "PASSENGER",
  "BYPASS",
  "COMPASS",
  "COMPASS_URL",
  "AUTHOR",
  "AUTH",
  "AUTH_URL",
  "AUTHORIZATION_ENDPOINT",
  "SECRET_ARN",
  "SECRET_NAME",
  "SECRETS_PREFIX",
  "PASSWORD_PARAMETER",
  "PASSWORD_MIN_LENGTH",
  "PWD",
  "SECRETARY",
  "TOKENIZER",
  "MONKEY",
  "DATABASE_URL",
  "LOG_LEVEL",
];

const SECRET_VALUES = [
  "AKIAIOSFODNN7EXAMPLE",
  "-----BEGIN RSA PRIVATE KEY-----\\nMIIE",
  "-----BEGIN PGP PRIVATE KEY BLOCK-----",
  "postgres://admin:hunter2@db.example.com/shop",
  "redis://:hunter2@cache.example.com:6379",
  "https://user:hunter2@example.com",
  "Server=db;Database=shop;User Id=sa;Password=hunter2;",
  "host=db password=hunter2 user=shop",
  "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=aHVudGVyMg==",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
  `sk_live_4eC39HqLyjWDarjtT1zdp7dc`,
  `ghp_${"a1B2".repeat(9)}`,
  `xoxb-123456789012-abcdefghijkl`,
  "Bearer 3f7a9c2e5b8d4f6a",
];

const HARMLESS_VALUES = [
  "postgres://db.example.com:5432/shop",
  "postgres://admin@db.example.com/shop",
  "postgres://{user}:{password}@db.example.com/shop",
  "postgres://user:$PASSWORD@db.example.com/shop",
  "https://key@o1.ingest.sentry.io/1",
  "https://example.com:8080/a@b",
  "mailto:team@example.com",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-AbCdEf",
  "task-runner",
  "Bearer",
  "3f786850e387550fdab836ed7e6dc881de23001b",
  "-----BEGIN PUBLIC KEY-----",
];

describe("a variable", () => {
  test.each(SECRET_NAMES)("%s is to hold a secret, and is none with the place of one in it", (name) => {
    expect(namesSecret(name)).toBe(true);
    expect(holdsSecret(name, "hunter2")).toBe(true);
    for (const value of [
      "",
      "true",
      "arn:aws:ssm:eu-west-1:123456789012:parameter/shop",
      "/shop/prod/login",
      "alias/shop",
    ])
      expect(holdsSecret(name, value)).toBe(false);
  });

  test.each(HARMLESS_NAMES)("%s is not", (name) => {
    expect(holdsSecret(name, "hunter2")).toBe(false);
  });

  test("is to hold what its last words say, whatever the words before them are", () => {
    const words = fc.array(fc.stringMatching(/^[A-Z]{2,8}$/), { maxLength: 3 });
    fc.assert(
      fc.property(words, fc.constantFrom("PASSWORD", "SECRET", "API_KEY", "SECRET_KEY", "PASS"), (before, last) => {
        expect(namesSecret([...before, last].join("_"))).toBe(!/PUBLI/.test(before.join("_")) || last !== "API_KEY");
        for (const after of ["ARN", "NAME", "URL", "TTL_SECONDS", "MIN_LENGTH", "PARAMETER", "HEADER"])
          expect(namesSecret([...before, last, after].join("_"))).toBe(false);
      }),
    );
  });
});

describe("a value", () => {
  test.each(SECRET_VALUES)("%s is a secret under any name, and never shown", (value) => {
    expect(holdsSecret("GREETING", value)).toBe(true);
    expect(holdsSecret("GREETING", `see ${value}`)).toBe(true);
    expect(show(value)).toBe("a secret");
  });

  test.each(HARMLESS_VALUES)("%s is none", (value) => {
    expect(looksSecret(value)).toBe(false);
  });

  test("of numbers, dates, versions, e-mail addresses and identifiers is none", () => {
    const plain = fc.oneof(
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.uuid(),
      fc.emailAddress(),
      fc.webUrl({ withQueryParameters: false }),
      fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,8}){0,2}$/),
    );
    fc.assert(
      fc.property(plain, (value) => {
        expect(looksSecret(value)).toBe(false);
      }),
    );
  });
});

test("a file tells each secret in its variables, beside its other mistakes", async () => {
  const environment = [
    'STRIPE_SECRET_KEY = "x"',
    'DB_PASS = "x"',
    'NEXT_TOKEN = "x"',
    'DATABASE_URL = "postgres://a:b@c"',
    "PORT = 80",
  ].join("\n");
  const mistakes = await findMistakes({
    "environments/dev.tfvars": makeTfvars({ functions: `api = { environment = { ${environment} } }` }),
  });
  expect(mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.environment.", ""))).toEqual([
    'PORT: expected text in quotes, as in "10", got 80',
    "DATABASE_URL: expected no secret here but a reference to it under `secrets`, got a secret",
    'DB_PASS: expected no secret here but a reference to it under `secrets`, got "DB_PASS"',
    'STRIPE_SECRET_KEY: expected no secret here but a reference to it under `secrets`, got "STRIPE_SECRET_KEY"',
  ]);
});
