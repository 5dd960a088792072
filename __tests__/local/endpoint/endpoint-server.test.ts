import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { EndpointServer } from "../../../local/endpoint/endpoint-server";
import { type EndpointKind } from "../../../local/endpoint/http-response";

const started: EndpointServer[] = [];

afterEach(() => {
  started.splice(0).forEach((server) => {
    server.close();
  });
});

/** An endpoint of a function that returns whatever `returned.value` is. */
async function endpointOf(kind: EndpointKind) {
  const returned: { value: unknown } = { value: null };
  const malformed: string[] = [];
  const server = await EndpointServer.listen(0, {
    kind,
    invoke: () =>
      Promise.resolve({
        ...{ requestId: "1", executedVersion: "1", logLines: [], milliseconds: 1 },
        payload: JSON.stringify(returned.value),
      }),
    mayPass: () => true,
    now: () => 0,
    onAnswer: () => undefined,
    onMalformed: (reason) => malformed.push(reason),
  });
  started.push(server);
  return { returned, malformed, url: server.url };
}

describe.each(["function-url", "http-api"] as const)("a %s", (kind) => {
  test("answers whatever a function returns, and tells why when that is no response", async () => {
    const { returned, malformed, url } = await endpointOf(kind);
    const names = fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom("Transfer-Encoding", "Content-Length", "Connection", "Upgrade", "Set-Cookie", "Date", "X-A"),
    );
    const response = fc.record(
      {
        statusCode: fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.constantFrom("200", "abc", null, 204, 304, 200.5)),
        headers: fc.dictionary(names, fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.integer())),
        cookies: fc.array(fc.string({ unit: "binary", maxLength: 8 })),
        body: fc.string({ unit: "binary" }),
        isBase64Encoded: fc.boolean(),
      },
      { requiredKeys: [] },
    );

    await fc.assert(
      fc.asyncProperty(fc.oneof(response, fc.jsonValue()), fc.constantFrom("GET", "HEAD"), async (value, method) => {
        returned.value = value;
        const before = malformed.length;

        const answer = await fetch(url, { method, redirect: "manual" });
        await answer.text();

        if (malformed.length > before) expect(answer.status).toBe(kind === "http-api" ? 500 : 502);
      }),
      { numRuns: 200 },
    );
  });

  test.each([204, 304])("sends no body with status %d", async (statusCode) => {
    const { returned, url } = await endpointOf(kind);
    returned.value = { statusCode, body: "text" };

    const answer = await fetch(url);

    expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([statusCode, null, ""]);
  });

  test("sends six megabytes whole", async () => {
    const { returned, url } = await endpointOf(kind);
    const body = "x".repeat(6_000_000);
    returned.value = { statusCode: 200, headers: { "Content-Length": "3" }, body };

    expect((await (await fetch(url)).text()).length).toBe(body.length);
  });
});
