import { describe, expect, test } from "@jest/globals";
import { type EndpointKind, makeFailureResponse, buildEndpointResponse } from "../../../local/endpoint/http-response";

const JSON_TYPE = { "content-type": "application/json" };

function answerTo(returned: unknown, kind: EndpointKind = "function-url") {
  const { body, ...rest } = buildEndpointResponse({ payload: JSON.stringify(returned) }, kind);
  return { ...rest, body: body.toString() };
}

describe("the answer that a function's response means", () => {
  test.each([
    [{ message: "hi" }, '{"message":"hi"}'],
    ["Hello", "Hello"],
    [null, "null"],
    [[1, 2], "[1,2]"],
    [7, "7"],
  ])("%p without a status code is the body of a 200", (returned, body) => {
    expect(answerTo(returned)).toEqual({ status: 200, headers: JSON_TYPE, cookies: [], body });
  });

  test("status, headers in lower case, cookies and body", () => {
    const answer = answerTo({
      statusCode: 201,
      headers: { "Content-Type": "text/html", "X-Count": 3 },
      cookies: ["a=1; Path=/", "b=2"],
      body: "<p>",
    });

    expect(answer).toEqual({
      status: 201,
      headers: { "content-type": "text/html", "x-count": "3" },
      cookies: ["a=1; Path=/", "b=2"],
      body: "<p>",
    });
  });

  test("a body in base64", () => {
    expect(answerTo({ statusCode: 200, body: "YWJj", isBase64Encoded: true }).body).toBe("abc");
  });

  test("a status code alone", () => {
    expect(answerTo({ statusCode: 204 })).toEqual({ status: 204, headers: JSON_TYPE, cookies: [], body: "" });
  });

  test.each([
    [{ statusCode: "x" }, /^statusCode: /],
    [{ statusCode: 99 }, /^statusCode: expected 200 to 599/],
    [{ statusCode: 101 }, /^statusCode: /],
    [{ statusCode: 1000 }, /^statusCode: /],
    [{ statusCode: "" }, /^statusCode: /],
    [{ statusCode: null }, /^statusCode: /],
    [{ statusCode: [200] }, /^statusCode: /],
    [{ statusCode: 200, body: { a: 1 } }, /^body: /],
    [{ statusCode: 200, headers: 1 }, /^headers: /],
    [{ statusCode: 200, headers: { "X-A": "✓" } }, /^headers.X-A: has characters/],
    [{ statusCode: 200, headers: { "X-A": "a\r\nSet-Cookie: b" } }, /^headers.X-A: has characters/],
    [{ statusCode: 200, headers: { "X A": "a" } }, /^headers.X A: /],
    [{ statusCode: 200, headers: { "": "a" } }, /^headers.: /],
    [{ statusCode: 200, headers: { "X-A": ["a"] } }, /^headers.X-A: /],
    [{ statusCode: 200, cookies: ["a=\n"] }, /^cookies.0: has characters/],
    [{ statusCode: 200, body: "no base64!", isBase64Encoded: true }, /^body is not base64$/],
  ])("%j is no response: the endpoint's own answer, with the reason", (returned, reason) => {
    for (const [kind, status] of [
      ["function-url", 502],
      ["http-api", 500],
    ] as const) {
      const { malformed, ...answer } = buildEndpointResponse({ payload: JSON.stringify(returned) }, kind);
      expect(answer).toEqual(makeFailureResponse(kind));
      expect(answer.status).toBe(status);
      expect(malformed).toMatch(reason);
    }
  });

  test("headers of the connection are the endpoint's own: left out by an HTTP API, renamed by a function URL", () => {
    const returned = {
      statusCode: 200,
      headers: { Connection: "close", "Content-Length": "7", "Transfer-Encoding": "chunked", "X-A": "ü" },
      multiValueHeaders: { "x-b": ["1", "2"] },
    };

    expect(answerTo(returned, "http-api").headers).toEqual({ ...JSON_TYPE, "x-a": "ü" });
    expect(answerTo(returned).headers).toEqual({
      ...JSON_TYPE,
      "x-amzn-remapped-connection": "close",
      "x-amzn-remapped-content-length": "7",
      "x-amzn-remapped-transfer-encoding": "chunked",
      "x-a": "ü",
    });
  });

  test("a cookie among the headers is sent beside the others", () => {
    const answer = answerTo({ statusCode: 200, headers: { "Set-Cookie": "a=1" }, cookies: ["b=2"] });

    expect(answer).toMatchObject({ headers: JSON_TYPE, cookies: ["a=1", "b=2"] });
  });

  test("what was streamed: a prelude, or a body alone", () => {
    const streamed = (contentType: string, text: string) => {
      const bytes = Buffer.from(text);
      const { body, ...rest } = buildEndpointResponse(
        { payload: text, streamed: { contentType, bytes } },
        "function-url",
      );
      return { ...rest, body: body.toString() };
    };
    const prelude = "application/vnd.awslambda.http-integration-response";

    expect(streamed(prelude, `{"statusCode":201,"headers":{"X-A":"1"},"cookies":["a=1"]}${"\0".repeat(8)}hi`)).toEqual({
      ...{ status: 201, headers: { "x-a": "1" }, cookies: ["a=1"], body: "hi" },
    });
    expect(streamed("text/plain", "not JSON")).toEqual({
      ...{ status: 200, headers: { "content-type": "text/plain" }, cookies: [], body: "not JSON" },
    });
    expect(streamed(prelude, "no prelude").malformed).toMatch(/^answer: /);
  });
});
