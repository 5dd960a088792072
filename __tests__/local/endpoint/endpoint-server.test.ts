import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type EndpointHandlers, EndpointServer } from "../../../local/endpoint/endpoint-server";
import { type EndpointKind, PRELUDE_TYPE } from "../../../local/endpoint/http-response";
import { type HttpEvent } from "../../../local/endpoint/http-event";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { type OnChunk } from "../../../local/lambda/runtime-api";

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
        ...{ requestId: "1", executedVersion: "1", instanceId: "a1", logLines: [], milliseconds: 1 },
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

describe("a streamed response", () => {
  const RESULT = { requestId: "1", executedVersion: "1", instanceId: "a1", logLines: [], milliseconds: 1, payload: "" };

  /** An endpoint of a function that streams as the test says. */
  async function streamingEndpoint(run: (onChunk: OnChunk) => Promise<Partial<InvocationResult>>) {
    const answers: { readonly status: number; readonly ran: boolean }[] = [];
    const malformed: string[] = [];
    const server = await EndpointServer.listen(0, {
      kind: "function-url",
      invoke: async (_, onChunk) => ({ ...RESULT, ...(await run(onChunk)) }),
      mayPass: () => true,
      now: () => 0,
      onAnswer: ({ status, ran }) => answers.push({ status, ran }),
      onMalformed: (reason) => malformed.push(reason),
    });
    started.push(server);
    return { answers, malformed, url: server.url };
  }

  const streamed = { streamed: { contentType: "text/plain", bytes: Buffer.alloc(0) } };

  test("is sent while the function writes it: the first part before the function has ended", async () => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { url, answers } = await streamingEndpoint(async (onChunk) => {
      onChunk(Buffer.from("one "), "text/plain");
      await ended;
      onChunk(Buffer.from("two"), "text/plain");
      return streamed;
    });

    const response = await fetch(url);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = Buffer.from((await reader.read()).value ?? []).toString();
    end();
    const second = Buffer.from((await reader.read()).value ?? []).toString();

    expect([response.status, response.headers.get("content-type"), first, second]).toEqual([
      200,
      "text/plain",
      "one ",
      "two",
    ]);
    expect((await reader.read()).done).toBe(true);
    expect(answers).toEqual([{ status: 200, ran: true }]);
  });

  test("begins with its status and headers, in however many parts they arrive", async () => {
    const prelude = `{"statusCode":201,"headers":{"X-A":"1"},"cookies":["a=1"]}${"\0".repeat(8)}`;
    const { url } = await streamingEndpoint((onChunk) => {
      for (const byte of Buffer.from(`${prelude}hello`)) onChunk(Buffer.from([byte]), PRELUDE_TYPE);
      return Promise.resolve(streamed);
    });

    const response = await fetch(url);

    expect([response.status, response.headers.get("x-a"), response.headers.get("set-cookie")]).toEqual([
      201,
      "1",
      "a=1",
    ]);
    expect(await response.text()).toBe("hello");
  });

  test("is 502 where its status is none, and says why", async () => {
    const { url, malformed } = await streamingEndpoint((onChunk) => {
      onChunk(Buffer.from(`{"statusCode":99}${"\0".repeat(8)}hello`), PRELUDE_TYPE);
      onChunk(Buffer.from("more"), PRELUDE_TYPE);
      return Promise.resolve(streamed);
    });

    const response = await fetch(url);

    expect([response.status, await response.json()]).toEqual([502, { message: "Internal Server Error" }]);
    expect(malformed).toEqual([expect.stringMatching(/^statusCode: /)]);
  });

  test("is 502 where it does not come to its status, as soon as that is clear", async () => {
    let end: () => void = () => undefined;
    const { url } = await streamingEndpoint(async (onChunk) => {
      for (let sent = 0; sent < 32; sent++) onChunk(Buffer.alloc(64 * 1024, "x"), PRELUDE_TYPE);
      await new Promise<void>((resolve) => (end = resolve));
      return streamed;
    });

    const response = await fetch(url);
    end();

    expect([response.status, await response.json()]).toEqual([502, { message: "Internal Server Error" }]);
  });

  test("breaks off where the function fails, and is 502 where it fails before it has begun", async () => {
    const { url, answers } = await streamingEndpoint((onChunk) => {
      if (answers.length === 0) onChunk(Buffer.from("half"), "text/plain");
      return Promise.resolve({ functionError: "Unhandled" as const });
    });

    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    const second = await fetch(url);

    expect(second.status).toBe(502);
    expect(answers).toEqual([
      { status: 200, ran: false },
      { status: 502, ran: false },
    ]);
  });
});

describe("an HTTP API", () => {
  /** An HTTP API whose function answers with its event, and with a header of CORS that nobody asked for. */
  async function apiOf(more: Partial<EndpointHandlers>) {
    const server = await EndpointServer.listen(0, {
      kind: "http-api",
      invoke: (event) =>
        Promise.resolve({
          ...{ requestId: "1", executedVersion: "1", instanceId: "a1", logLines: [], milliseconds: 1 },
          payload: JSON.stringify({
            statusCode: 200,
            headers: { "access-control-allow-origin": "https://own.example", "x-own": "1" },
            body: JSON.stringify(event),
          }),
        }),
      mayPass: () => true,
      now: () => 0,
      onAnswer: () => undefined,
      onMalformed: () => undefined,
      ...more,
    });
    started.push(server);
    return (path: string, init: RequestInit = {}) => fetch(new URL(path, server.url), init);
  }

  const tokenOf = (claims: object) =>
    ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");

  test("answers its routes alone, and tells the function which one", async () => {
    const get = await apiOf({ routes: [{ key: "GET /orders/{id}", authorization: "NONE" }] });

    const [found, none] = await Promise.all([get("/orders/7?a=1"), get("/other")]);

    const event = (await found.json()) as HttpEvent;
    expect([event.routeKey, event.pathParameters, event.requestContext.routeKey]).toEqual([
      "GET /orders/{id}",
      { id: "7" },
      "GET /orders/{id}",
    ]);
    expect([none.status, await none.json()]).toEqual([404, { message: "Not Found" }]);
  });

  test("asks for a token, and tells the function what is in it", async () => {
    const get = await apiOf({ routes: [{ key: "$default", authorization: "JWT", scopes: ["read"] }] });
    const claims = { sub: "u1", exp: 1, groups: ["admin", "user"], verified: true };
    const send = (authorization: string) => get("/", { headers: { authorization } });

    const answers = await Promise.all([get("/"), send("Bearer none"), send("Basic YTpi"), send("Bearer a.e30x.b")]);
    const accepted = await send(`Bearer ${tokenOf(claims)}`);

    for (const answer of answers) {
      expect([answer.status, answer.headers.get("www-authenticate"), await answer.json()]).toEqual([
        401,
        "Bearer",
        { message: "Unauthorized" },
      ]);
    }
    expect(((await accepted.json()) as HttpEvent).requestContext.authorizer).toEqual({
      jwt: { claims: { sub: "u1", exp: "1", groups: "[admin user]", verified: "true" }, scopes: ["read"] },
    });
  });

  const cors = {
    allowOrigins: ["https://shop.example", "http://*"],
    allowMethods: ["GET", "PUT"],
    allowHeaders: ["content-type"],
    exposeHeaders: ["x-own"],
    allowCredentials: true,
    maxAgeSeconds: 60,
  };
  const ask = (origin: string) => ({ method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
  const corsOf = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));

  test("answers a browser's question itself, also where no route does", async () => {
    const get = await apiOf({ cors, routes: [{ key: "PUT /a", authorization: "JWT" }] });

    const [allowed, foreign] = await Promise.all([
      get("/a", ask("https://shop.example")),
      get("/a", ask("https://other.example")),
    ]);

    expect([allowed.status, corsOf(allowed)]).toEqual([
      204,
      {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "60",
      },
    ]);
    expect([foreign.status, corsOf(foreign)]).toEqual([204, {}]);
  });

  test("asks a browser for a token where a route for every method does, and no other takes OPTIONS", async () => {
    const routes = [{ key: "ANY /a", authorization: "JWT" as const }];
    const closed = await apiOf({ cors, routes });
    const open = await apiOf({ cors, routes: [...routes, { key: "OPTIONS /a", authorization: "NONE" as const }] });

    expect((await closed("/a", ask("https://shop.example"))).status).toBe(401);
    expect((await open("/a", ask("https://shop.example"))).status).toBe(204);
  });

  test("lets pages of its origins read answers, whatever the function says", async () => {
    const get = await apiOf({ cors });
    const from = (origin: string) => get("/", { headers: { origin } });

    const [allowed, local, foreign] = await Promise.all([
      from("https://shop.example"),
      from("http://localhost:3000"),
      from("https://other.example"),
    ]);

    expect(corsOf(allowed)).toEqual({
      "access-control-allow-origin": "https://shop.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "x-own",
    });
    expect(corsOf(local)).toMatchObject({ "access-control-allow-origin": "http://localhost:3000" });
    expect([corsOf(foreign), foreign.headers.get("x-own")]).toEqual([{}, "1"]);
  });
});
