import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseRoute } from "../../environments/routes";
import { findMistakes, makeTfvars } from "../support/project";

async function mistakesIn(endpoint: string, http: string, more = ""): Promise<string[]> {
  const functions = `api = { endpoint = "${endpoint}", http = { ${http} } }`;
  const mistakes = await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions, more }) });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.http", ""));
}

const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab";
const JWT = 'jwt = { issuer = "https://login.example.com/", audience = ["shop"] }';
const CORS = 'allow_origins = ["https://shop.example.com"]';

describe("an HTTP API", () => {
  test.each([
    ["routes", 'routes = ["GET /", "GET /orders/{id}", "ANY /files/{path+}", "POST /v1.0/orders:cancel", "$default"]'],
    ["throttling", "throttling = { rate = 10 }"],
    ["tokens", `authorizer = { ${JWT} }`],
    [
      "tokens with scopes",
      'authorizer = { jwt = { issuer = "https://a.example", audience = ["a"], scopes = ["orders:read"] } }',
    ],
    ["signed requests", 'authorizer = "iam"'],
    ["a domain", `domain = { name = "api.example.com", certificate_arn = "${CERTIFICATE}" }`],
    [
      "a domain in Route 53",
      `domain = { name = "example.com", certificate_arn = "${CERTIFICATE}", hosted_zone_id = "Z0123456789ABCDEFGHIJ" }`,
    ],
    [
      "all of CORS",
      'cors = { allow_origins = ["https://a.example", "http://localhost:3000"], allow_methods = ["PUT", "OPTIONS"], allow_headers = ["content-type"], expose_headers = ["X-Id"], allow_credentials = true, max_age_seconds = 60 }',
    ],
    ["tokens from pages", `authorizer = { ${JWT} }, cors = { ${CORS}, allow_headers = ["Authorization"] }`],
  ])("takes %s", async (_, http) => {
    expect(await mistakesIn("public", http)).toEqual([]);
  });

  test.each([
    ["a route without method", 'routes = ["/orders"]', '.routes.0: expected a route, as in "GET /orders/{id}", '],
    ["a method that is none", 'routes = ["FETCH /orders"]', '.routes.0: expected a route, as in "GET /orders/{id}", '],
    ["a variable in a word", 'routes = ["GET /orders/{id}.json"]', ".routes.0: expected a route, "],
    ["a variable for the rest before the end", 'routes = ["GET /{all+}/orders"]', ".routes.0: expected a route, "],
    ["no routes", "routes = []", ".routes: expected at least one route, got an empty list"],
    [
      "a route twice",
      'routes = ["GET /orders/{id}", "GET /orders/{order}"]',
      '.routes.1: expected a route that "GET /orders/{id}" does not answer already, got "GET /orders/{order}"',
    ],
    [
      "a variable twice",
      'routes = ["GET /{id}/of/{id}"]',
      '.routes.0: expected a name of its own for each variable, got "GET /{id}/of/{id}"',
    ],
    [
      "streams",
      'invoke_mode = "response_stream"',
      '.invoke_mode: expected endpoint = "iam", because an HTTP API cannot stream, got "response_stream"',
    ],
    ["no requests", "throttling = { rate = 0 }", ".throttling.rate: expected 1 to 100000, got 0"],
    [
      "an authorizer that is none",
      'authorizer = "cognito"',
      '.authorizer: expected "iam", or a map, as in authorizer = { jwt = { … } }, got "cognito"',
    ],
    [
      "tokens of an issuer without TLS",
      'authorizer = { jwt = { issuer = "http://a.example", audience = ["a"] } }',
      '.authorizer.jwt.issuer: expected an address that begins with https://, as in https://login.example.com, got "http://a.example"',
    ],
    [
      "tokens for nobody",
      'authorizer = { jwt = { issuer = "https://a.example" } }',
      '.authorizer.jwt.audience: expected a list, as in ["shop"], got nothing',
    ],
    [
      "a key that tokens do not have",
      'authorizer = { jwt = { issuer = "https://a.example", audience = ["a"], jwks = "b" } }',
      ".authorizer.jwt.jwks: unknown key",
    ],
    ["no authorizer", "authorizer = {}", ".authorizer.jwt: expected a map, as in jwt = { issuer = … }, got nothing"],
    [
      "tokens that no page may send",
      `authorizer = { ${JWT} }, cors = { ${CORS}, allow_headers = ["content-type"] }`,
      ".cors.allow_headers: expected authorization as well, without which no page can send what the authorizer asks for, got a list",
    ],
    [
      "credentials from everywhere",
      'cors = { allow_origins = ["*"], allow_credentials = true }',
      ".cors.allow_credentials: expected false, because browsers send no credentials if allow_origins has *, got true",
    ],
    [
      "an origin beside all of them",
      'cors = { allow_origins = ["*", "https://a.example"] }',
      ".cors.allow_origins: expected * alone, which is every origin, got a list",
    ],
    [
      "an origin with a path",
      'cors = { allow_origins = ["https://a.example/"] }',
      ".cors.allow_origins.0: expected an origin without path, as in https://shop.example.com, or *, got ",
    ],
    ["no origin", "cors = {}", '.cors.allow_origins: expected a list, as in ["https://shop.example.com"], got nothing'],
    [
      "a certificate of another region",
      `domain = { name = "api.example.com", certificate_arn = "${CERTIFICATE.replace("eu-west-1", "us-east-1")}" }`,
      '.domain.certificate_arn: expected an ARN in the environment\'s region, eu-west-1, got "us-east-1"',
    ],
    [
      "a domain of AWS",
      `domain = { name = "api.execute-api.eu-west-1.amazonaws.com", certificate_arn = "${CERTIFICATE}" }`,
      ".domain.name: expected a domain of yours, not a reserved one, got ",
    ],
    [
      "a domain in capitals",
      `domain = { name = "API.example.com", certificate_arn = "${CERTIFICATE}" }`,
      ".domain.name: expected a domain of yours in lower case, as in api.example.com, got ",
    ],
  ])("refuses %s", async (_, http, expected) => {
    expect(await mistakesIn("public", http)).toEqual([expect.stringContaining(expected)]);
  });

  test("refuses a certificate of another account", async () => {
    const domain = `domain = { name = "api.example.com", certificate_arn = "${CERTIFICATE}" }`;
    expect(await mistakesIn("public", domain, 'account_id = "210987654321"')).toEqual([
      '.domain.certificate_arn: expected an ARN in the environment\'s account, 210987654321, got "123456789012"',
    ]);
  });
});

describe("a function URL", () => {
  test.each(["buffered", "response_stream"])("answers %s", async (mode) => {
    expect(await mistakesIn("iam", `invoke_mode = "${mode}"`)).toEqual([]);
  });

  test("takes CORS", async () => {
    expect(await mistakesIn("iam", `cors = { ${CORS}, allow_methods = ["*"], max_age_seconds = 86400 }`)).toEqual([]);
  });

  test.each([
    [
      "a mode that is none",
      'invoke_mode = "stream"',
      '.invoke_mode: expected one of buffered, response_stream, got "stream"',
    ],
    [
      "routes",
      'routes = ["GET /"]',
      '.routes: expected endpoint = "public", because a function URL has no routes, got "iam"',
    ],
    [
      "throttling",
      "throttling = {}",
      '.throttling: expected endpoint = "public", because a function URL has no throttling; reserved_concurrency limits it, got "iam"',
    ],
    [
      "tokens",
      `authorizer = { ${JWT} }`,
      '.authorizer: expected endpoint = "public", because a function URL takes signed requests only, got "iam"',
    ],
    [
      "OPTIONS",
      `cors = { ${CORS}, allow_methods = ["OPTIONS"] }`,
      '.cors.allow_methods: expected no OPTIONS, which a function URL answers itself, got "OPTIONS"',
    ],
    [
      "a part of an origin",
      'cors = { allow_origins = ["https://*"] }',
      '.cors.allow_origins: expected whole origins, or * alone, at a function URL, got "https://*"',
    ],
  ])("refuses %s", async (_, http, expected) => {
    expect(await mistakesIn("iam", http)).toEqual([expected]);
  });
});

test("without an endpoint, nothing about HTTP has an effect", async () => {
  expect(await mistakesIn("none", `cors = { ${CORS} }`)).toEqual([
    ': expected endpoint = "iam" or "public" as well, without which nobody can call the function over HTTP, got nothing',
  ]);
});

test("a value of any shape under any key is told, on one line", async () => {
  const keys = ["invoke_mode", "routes", "cors", "throttling", "authorizer", "domain"];
  const inner = [
    "allow_origins",
    "jwt",
    "issuer",
    "audience",
    "name",
    "certificate_arn",
    "rate",
    "GET /{id}",
    "*",
    "iam",
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(
      fc.constantFrom(...inner),
      fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.array(fc.constantFrom(...inner))),
    ),
    fc.array(fc.constantFrom(...inner)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("iam", "public"), fc.constantFrom(...keys), value, async (endpoint, key, json) => {
      const text = JSON.stringify(json).replaceAll(/[$%](?=\{)/g, "$&$&");
      for (const line of await mistakesIn(endpoint, `${key} = ${text}`)) {
        expect(line).toMatch(/^(\.[a-z_]+.*: \S.*|environments\/dev\.tfvars:\d+:\d+: \S.*)$/);
      }
    }),
    { numRuns: 100 },
  );
});

test("any text is a route or not, at once", () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^(GET|ANY) (\/([a-z]|\{[a-z]\+?\}|:|\}){0,3}){0,20}$/),
    fc.string().map((part) => `GET /${part.repeat(2000)}`),
  );
  fc.assert(
    fc.property(text, (key) => {
      const route = parseRoute(key);
      if (route) expect(`${route.method} ${route.path}`).toBe(key);
    }),
  );
});
