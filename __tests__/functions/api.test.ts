import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ApiResponse } from "../../functions/api/responses";
import type * as api from "../../functions/api/handler";
import { MAX_NOTES } from "../../functions/api/memory-notes";
import { type Note } from "../../functions/api/notes";
import { MAX_BODY_BYTES, createRouter } from "../../functions/api/router";
import { bundleFunctions } from "../../stacks/bundle";
import { CONTEXT, makePing, startExecutionEnvironment, Stdout } from "../support/lambda";
import { makeTemporaryFolder } from "../support/project";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

type Handler = typeof api.handler;

/** The function in a new execution environment, without any notes. */
function startApi(): Handler {
  startExecutionEnvironment();
  let handler: Handler | undefined;
  jest.isolateModules(() => {
    ({ handler } = jest.requireActual<typeof api>("../../functions/api/handler"));
  });
  if (!handler) throw new Error("not loaded");
  return handler;
}

/** An event as a function URL sends it; `more` takes the place of what it has otherwise. */
function request(method: string, rawPath: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: "",
    headers: { "content-type": "application/json" } as Readonly<Record<string, string>>,
    requestContext: { http: { method, path: rawPath, sourceIp: "192.0.2.1" } },
    isBase64Encoded: false,
    ...more,
  };
}

const withNote = (note: unknown) => ({ body: JSON.stringify(note) });

function bodyOf({ body = "" }: ApiResponse): unknown {
  return JSON.parse(body);
}

async function createNote(handler: Handler, title = "milk"): Promise<Note> {
  return bodyOf(await handler(request("POST", "/notes", withNote({ title })))) as Note;
}

async function titlesIn(handler: Handler, queryStringParameters?: Readonly<Record<string, string>>): Promise<string[]> {
  const list = bodyOf(await handler(request("GET", "/notes", { queryStringParameters }))) as { notes: Note[] };
  return list.notes.map(({ title }) => title);
}

const PROCESS_TIME = expect.stringMatching(/^\d+\.\d{6}$/) as unknown as string;

const JSON_HEADERS = { "content-type": "application/json", "X-Process-Time": PROCESS_TIME };

describe("health and warming", () => {
  test("GET /health says that the function is there", async () => {
    const answer = await startApi()(request("GET", "/health"), CONTEXT);
    expect(answer).toEqual({ statusCode: 200, headers: JSON_HEADERS, body: '{"status":"ok"}' });
  });

  test.each([
    ["a warming ping", JSON.stringify(makePing()), "warm"],
    ["another body", '{"source":"me"}', "ok"],
    ["no body", undefined, "ok"],
  ])("POST /warm answers %s", async (_, body, status) => {
    const answer = await startApi()(request("POST", "/warm", { body }), CONTEXT);
    expect(answer).toEqual({ statusCode: 200, headers: JSON_HEADERS, body: JSON.stringify({ status }) });
  });

  test("a ping of the warmer runs the warm-ups, and counts as no request", async () => {
    const reply = await startApi()(makePing(), CONTEXT);
    expect(reply).toMatchObject({ warm: true, warmUps: [{ name: "identifiers" }, { name: "notes" }] });
    for (const index of [0, 1]) expect(reply).not.toHaveProperty(`warmUps.${index}.error`);
    expect(stdout.text).toBe("");
  });
});

describe("notes", () => {
  test("are created with an identifier and a time, and told where they are", async () => {
    const answer = await startApi()(
      request("POST", "/notes", withNote({ title: "milk", text: "two litres" })),
      CONTEXT,
    );
    const note = bodyOf(answer) as Note;
    expect(note).toEqual({ id: expect.any(String), title: "milk", text: "two litres", createdAt: expect.any(String) });
    expect(Math.abs(Date.now() - Date.parse(note.createdAt))).toBeLessThan(60_000);
    expect(answer).toMatchObject({ statusCode: 201, headers: { ...JSON_HEADERS, location: `/notes/${note.id}` } });
  });

  test("need no text", async () => {
    expect(await createNote(startApi())).toMatchObject({ title: "milk", text: "" });
  });

  test("may be as long as the limits say", async () => {
    const note = { title: "x".repeat(100), text: "x".repeat(10_000) };
    expect(await startApi()(request("POST", "/notes", withNote(note)))).toMatchObject({ statusCode: 201 });
  });

  test("are found where their creation said", async () => {
    const handler = startApi();
    const note = await createNote(handler);
    const answer = await handler(request("GET", `/notes/${note.id}`));
    expect(answer).toEqual({ statusCode: 200, headers: JSON_HEADERS, body: JSON.stringify(note) });
  });

  test("are replaced as a whole, except for identifier and time", async () => {
    // Prepare
    const handler = startApi();
    const note = await createNote(handler);

    // Act
    const answer = await handler(request("PUT", `/notes/${note.id}`, withNote({ title: "bread", text: "rye" })));

    // Assess
    const replaced = { ...note, title: "bread", text: "rye" };
    expect(answer).toMatchObject({ statusCode: 200, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual(replaced);
    expect(bodyOf(await handler(request("GET", `/notes/${note.id}`)))).toEqual(replaced);
  });

  test("are gone once deleted", async () => {
    const handler = startApi();
    const { id } = await createNote(handler);
    expect(await handler(request("DELETE", `/notes/${id}`))).toEqual({
      statusCode: 204,
      headers: { "X-Process-Time": PROCESS_TIME },
    });
    for (const method of ["GET", "DELETE"]) {
      expect(await handler(request(method, `/notes/${id}`))).toMatchObject({ statusCode: 404 });
    }
    expect(await titlesIn(handler)).toEqual([]);
  });

  test("are listed newest first, as many as asked for, and 20 otherwise", async () => {
    const handler = startApi();
    for (let number = 1; number <= 25; number++) await createNote(handler, `note ${number}`);
    expect(await titlesIn(handler, { limit: "2" })).toEqual(["note 25", "note 24"]);
    expect(await titlesIn(handler, { limit: "100" })).toHaveLength(25);
    expect(await titlesIn(handler)).toHaveLength(20);
  });

  test("belong to one execution environment", async () => {
    const { id } = await createNote(startApi());
    expect(await startApi()(request("GET", `/notes/${id}`))).toMatchObject({ statusCode: 404 });
  });

  test.each([
    ["with a charset", { headers: { "content-type": "Application/JSON; charset=utf-8" } }, '{"title":"café"}'],
    ["in base64", { isBase64Encoded: true }, Buffer.from('{"title":"café"}').toString("base64")],
  ])("are read %s", async (_, more, body) => {
    const answer = await startApi()(request("POST", "/notes", { body, ...more }));
    expect(answer).toMatchObject({ statusCode: 201 });
    expect(bodyOf(answer)).toMatchObject({ title: "café" });
  });

  test("are read from a body of the largest size", async () => {
    const note = JSON.stringify({ title: "milk" });
    const answer = await startApi()(request("POST", "/notes", { body: note.padEnd(MAX_BODY_BYTES) }));
    expect(answer).toMatchObject({ statusCode: 201 });
  });

  test("are kept apart in requests at the same time", async () => {
    // Prepare
    const handler = startApi();
    const titles = Array.from({ length: 200 }, (_, index) => `note ${index}`);

    // Act
    const created = await Promise.all(titles.map((title) => createNote(handler, title)));
    const answers = await Promise.all(
      created.flatMap(({ id }) => [
        handler(request("GET", `/notes/${id}`)),
        handler(request("GET", "/nowhere")),
        handler(request("PATCH", `/notes/${id}`)),
        handler(request("POST", "/notes", { body: "{" })),
      ]),
    );

    // Assess
    expect(created.map(({ title }) => title)).toEqual(titles);
    expect(new Set(created.map(({ id }) => id)).size).toBe(titles.length);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(titles.flatMap(() => [200, 404, 405, 400]));
    expect(answers.filter((_, index) => index % 4 === 0).map(bodyOf)).toEqual(created);
  });

  test("are refused when there is no room, until one is deleted", async () => {
    // Prepare
    const handler = startApi();
    const { id } = await createNote(handler);
    for (let count = 1; count < MAX_NOTES; count++) await createNote(handler);
    const oneMore = request("POST", "/notes", withNote({ title: "one more" }));

    // Act
    const refused = await handler(oneMore);
    await handler(request("DELETE", `/notes/${id}`));
    const created = await handler(oneMore);

    // Assess
    expect(refused).toMatchObject({ statusCode: 409, headers: JSON_HEADERS });
    expect(bodyOf(refused)).toEqual({ error: "no room for more than 1000 notes: delete one first" });
    expect(created).toMatchObject({ statusCode: 201 });
  });
});

describe("a request is told that it is wrong, and how:", () => {
  const long = (length: number) => "x".repeat(length);
  const title = (found: string) => ({ field: "title", expected: "text of 1 to 100 characters", found });
  const text = (found: string) => ({ field: "text", expected: "text of 0 to 10000 characters", found });
  const body = (found: string) => ({ field: "body", expected: "an object", found });
  const unknown = (field: string, found: string) => ({ field, expected: "only the fields title and text", found });

  test.each([
    ["nothing in it", {}, [title("nothing")]],
    ["an empty title", { title: "" }, [title("text of 0 characters")]],
    ["a long title", { title: long(101) }, [title("text of 101 characters")]],
    ["a title that is a number", { title: 7 }, [title("7")]],
    ["a title that is null", { title: null }, [title("null")]],
    ["a title that is an object", { title: { de: "Milch" } }, [title("an object")]],
    ["a long text", { title: "a", text: long(10_001) }, [text("text of 10001 characters")]],
    ["a text that is an array", { title: "a", text: ["b"] }, [text("an array")]],
    ["an unknown field", { title: "a", txet: true }, [unknown("txet", "true")]],
    [
      "several mistakes",
      { text: false, color: "red" },
      [title("nothing"), text("false"), unknown("color", "text of 3 characters")],
    ],
    ["an array", [], [body("an array")]],
    ["null", null, [body("null")]],
    ["text", "milk", [body("text of 4 characters")]],
  ])("a note with %s", async (_, note, mistakes) => {
    const handler = startApi();
    for (const event of [request("POST", "/notes", withNote(note)), request("PUT", "/notes/1", withNote(note))]) {
      const answer = await handler(event);
      expect(answer).toMatchObject({ statusCode: 400, headers: JSON_HEADERS });
      expect(bodyOf(answer)).toEqual({ error: "invalid note", mistakes });
    }
  });

  test("a field that objects inherit from", async () => {
    const answer = await startApi()(request("POST", "/notes", { body: '{"title":"a","__proto__":{"admin":1}}' }));
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(bodyOf(answer)).toMatchObject({ mistakes: [unknown("__proto__", "an object")] });
  });

  test("a title nested so deeply that telling it would take more than the stack", async () => {
    const depth = MAX_BODY_BYTES / 2 - 10;
    const nested = `{"title":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const answer = await startApi()(request("POST", "/notes", { body: nested }));
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(bodyOf(answer)).toMatchObject({ mistakes: [title("an array")] });
  });

  test.each(["", "0", "101", "-1", "1.5", "1e1", "ten", "1,2", long(400)])("a limit of %p", async (limit) => {
    const answer = await startApi()(request("GET", "/notes", { queryStringParameters: { limit } }));
    expect(answer).toMatchObject({ statusCode: 400, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual({
      error: "invalid query",
      mistakes: [{ field: "limit", expected: "a whole number from 1 to 100", found: limit }],
    });
  });

  test.each([
    ["no JSON", "title=milk", false],
    ["half of a body", '{"title":"mi', false],
    ["an empty body", "", false],
    ["no body", undefined, false],
    ["JSON that claims to be base64", '{"title":"milk"}', true],
  ])("a body that is malformed: %s", async (_, malformed, isBase64Encoded) => {
    const answer = await startApi()(request("POST", "/notes", { body: malformed, isBase64Encoded }));
    expect(answer).toMatchObject({ statusCode: 400, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual({
      error: "malformed body",
      mistakes: [{ field: "body", expected: "JSON", found: expect.stringMatching(/JSON/) }],
    });
  });

  test.each([
    ["another", { "content-type": "text/plain" }, "text/plain"],
    ["one that only begins alike", { "content-type": "application/jsonp" }, "application/jsonp"],
    ["none", {}, "nothing"],
    ["one that is no text, and cannot become any", { "content-type": { toString: null } }, "nothing"],
  ])("a content type that is unsupported: %s", async (_, headers, found) => {
    const answer = await startApi()(request("POST", "/notes", { headers, ...withNote({ title: "milk" }) }));
    expect(answer).toMatchObject({ statusCode: 415, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual({
      error: "unsupported content type",
      mistakes: [{ field: "content-type", expected: "application/json", found }],
    });
  });

  test.each([
    ["bytes, not characters", `"${"é".repeat(MAX_BODY_BYTES / 2)}"`, false],
    ["what base64 stands for", Buffer.from(long(MAX_BODY_BYTES + 2)).toString("base64"), true],
  ])("a body that is too large, counted in %s", async (_, large, isBase64Encoded) => {
    const answer = await startApi()(request("POST", "/notes", { body: large, isBase64Encoded }));
    expect(answer).toMatchObject({ statusCode: 413, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual({
      error: "body too large",
      mistakes: [{ field: "body", expected: "at most 16384 bytes", found: "16386 bytes" }],
    });
  });

  test.each(["/", "", "/nowhere", "/notes/", "/notes/1/text", "/notes/1/", "/health/", "/constructor", "/__proto__"])(
    "a path that is unknown: %p",
    async (path) => {
      const answer = await startApi()(request("GET", path));
      expect(answer).toEqual({ statusCode: 404, headers: JSON_HEADERS, body: '{"error":"no such path"}' });
    },
  );

  test.each(["GET", "PUT", "DELETE"])("a note that is unknown: %s", async (method) => {
    const answer = await startApi()(request(method, "/notes/17", withNote({ title: "milk" })));
    expect(answer).toEqual({ statusCode: 404, headers: JSON_HEADERS, body: '{"error":"no such note"}' });
  });

  test.each([
    ["POST", "/health", "GET"],
    ["PUT", "/notes", "GET, POST"],
    ["POST", "/notes/1", "GET, PUT, DELETE"],
    ["constructor", "/notes/1", "GET, PUT, DELETE"],
  ])("a method that a path does not have: %s %s", async (method, path, allow) => {
    const answer = await startApi()(request(method, path));
    expect(answer).toMatchObject({ statusCode: 405, headers: { ...JSON_HEADERS, allow } });
    expect(bodyOf(answer)).toEqual({
      error: "method not allowed",
      mistakes: [{ field: "method", expected: allow, found: method }],
    });
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "hello"],
    ["what the console sends as a test", { key1: "value1" }],
    ["one without a path", { requestContext: { http: { method: "GET" } } }],
    ["one without a method", { rawPath: "/health", requestContext: {} }],
    ["an event of version 1.0", { version: "1.0", httpMethod: "GET", path: "/health", requestContext: null }],
  ])("an event that is no HTTP event of version 2.0: %s", async (_, event) => {
    const answer = await startApi()(event);
    expect(answer).toMatchObject({ statusCode: 400, headers: JSON_HEADERS });
    expect(bodyOf(answer)).toEqual({ error: "expected an HTTP event of version 2.0" });
  });

  const anyPath = fc.constantFrom("/health", "/warm", "/notes", "/notes/1", "/notes/%E0", "/", "//");
  const anyMethod = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "");
  const anyNote = fc.oneof(
    fc.json(),
    fc.json().map((value) => value.slice(1)),
    fc.record({ title: fc.string(), text: fc.string() }, { requiredKeys: [] }).map((note) => JSON.stringify(note)),
    fc.string({ unit: "binary" }),
  );
  const anyHttpEvent = fc.record(
    {
      rawPath: fc.oneof(anyPath, fc.string(), fc.anything()),
      requestContext: fc.oneof(fc.record({ http: fc.record({ method: anyMethod }) }), fc.anything()),
      headers: fc.oneof(
        fc.constant({ "content-type": "application/json" }),
        fc.record({ "content-type": fc.anything({ withNullPrototype: true }) }),
        fc.anything(),
      ),
      queryStringParameters: fc.oneof(fc.record({ limit: fc.oneof(fc.string(), fc.anything()) }), fc.anything()),
      body: fc.oneof({ weight: 4, arbitrary: anyNote }, fc.anything()),
      isBase64Encoded: fc.oneof(fc.boolean(), fc.anything()),
    },
    { requiredKeys: [] },
  );
  const likelyEvent = fc.tuple(anyMethod, anyPath, anyNote, fc.boolean()).map(([method, path, note, isBase64Encoded]) =>
    request(method, path, {
      body: isBase64Encoded ? Buffer.from(note).toString("base64") : note,
      isBase64Encoded,
    }),
  );

  test("whatever comes is answered in JSON, and never as a fault of ours", async () => {
    const handler = startApi();
    const anyEvent = fc.oneof(likelyEvent, anyHttpEvent, fc.anything({ withNullPrototype: true, withBigInt: true }));
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const { statusCode, headers, body } = await handler(event, CONTEXT);
        expect(statusCode).toBeGreaterThanOrEqual(200);
        expect(statusCode).toBeLessThan(500);
        expect(headers).toMatchObject({ "X-Process-Time": PROCESS_TIME });
        if (statusCode === 204) expect(body).toBeUndefined();
        else expect(JSON.parse(body ?? "")).toEqual(expect.any(Object));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a fault of ours", () => {
  test.each([
    ["an error", new TypeError("password is hunter2"), /TypeError: password is hunter2\n +at /],
    ["something else", "hunter2", /hunter2/],
  ])(
    "%s is answered without what is inside, logged in one line, and counted as a failure",
    async (_, thrown, logged) => {
      // Prepare
      const log = jest.spyOn(process.stdout, "write").mockReturnValue(true);
      const { monitorHttp } = startExecutionEnvironment();
      const handler = monitorHttp(createRouter({ "/broken": { GET: () => Promise.reject(thrown as Error) } }));

      // Act
      const answer = await handler(request("GET", "/broken"), CONTEXT);

      // Assess
      expect(answer).toEqual({ statusCode: 500, headers: JSON_HEADERS, body: '{"error":"internal error"}' });
      const lines = log.mock.calls.map(([line]) => String(line));
      expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
      expect(JSON.parse(lines.join(""))).toEqual({
        level: "ERROR",
        message: "request failed",
        requestId: CONTEXT.awsRequestId,
        path: "/broken",
        error: expect.stringMatching(logged),
      });
      expect(stdout.lines).toContainEqual(expect.objectContaining({ Category: "Http500", Failures: [1] }));
    },
  );
});

describe("metrics", () => {
  test("tell each access to the notes, and which requests were at fault", async () => {
    // Prepare
    const handler = startApi();

    // Act
    const { id } = await createNote(handler);
    await titlesIn(handler);
    await handler(request("GET", `/notes/${id}`));
    await handler(request("PUT", `/notes/${id}`, withNote({ title: "bread" })));
    await handler(request("DELETE", `/notes/${id}`));
    await handler(request("GET", "/nowhere"));

    // Assess
    const operations = ["notes.create", "notes.list", "notes.get", "notes.replace", "notes.delete"];
    expect(stdout.valuesOf("Operation")).toEqual(operations);
    expect(stdout.valuesOf("Successes")).toEqual([1, 1, 1, 1, 1]);
    expect(stdout.valuesOf("ClientErrors")).toEqual([1]);
    expect(stdout.valuesOf("Failures")).toEqual([]);
  });
});

describe("the bundle that is deployed", () => {
  test("answers in a process of its own", async () => {
    // Prepare
    const folder = makeTemporaryFolder();
    const bundles = await bundleFunctions(".", [{ name: "api" }], folder);
    const zip = readFileSync(bundles.get("api")?.zipFile ?? "");
    for (const [name, content] of Object.entries(unzipSync(zip))) writeFileSync(join(folder, name), content);
    const events = [request("GET", "/health"), request("POST", "/notes", withNote({ title: "milk" })), makePing()];
    const program = `import(process.argv[1]).then(async ({ handler }) => {
      for (const event of ${JSON.stringify(events)}) console.log(JSON.stringify({ answer: await handler(event, {}) }));
    })`;

    // Act
    const output = execFileSync(process.execPath, ["-e", program, join(folder, "handler.mjs")], { encoding: "utf8" });

    // Assess
    const lines = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly answer?: unknown });
    expect(lines.flatMap(({ answer }) => answer ?? [])).toEqual([
      { statusCode: 200, headers: JSON_HEADERS, body: '{"status":"ok"}' },
      expect.objectContaining({ statusCode: 201, body: expect.stringContaining('"title":"milk"') }),
      expect.objectContaining({ warm: true }),
    ]);
    expect(lines.filter((line) => "Successes" in line)).toHaveLength(2);
  });
});
