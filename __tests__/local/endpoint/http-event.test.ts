import { describe, expect, test } from "@jest/globals";
import { buildHttpEvent, type HttpRequest } from "../../../local/endpoint/http-event";

const NOW = Date.parse("2026-03-02T19:03:58.123Z");

function eventOf(request: Partial<HttpRequest> = {}) {
  const defaults = {
    method: "GET",
    target: "/",
    headers: { host: "127.0.0.1:3000" },
    protocol: "HTTP/1.1",
    sourceIp: "127.0.0.1",
    body: Buffer.alloc(0),
  };
  return buildHttpEvent({ ...defaults, ...request }, NOW);
}

describe("the event of a request", () => {
  test("has what AWS documents, and no more", () => {
    const event = eventOf({
      method: "POST",
      target: "/my/path%20x?a=1&b=2&a=%20&c",
      headers: {
        host: "127.0.0.1:3000",
        "user-agent": "curl/8",
        cookie: "one=1; two=2",
        "x-many": "1, 2",
        "content-type": "application/json; charset=utf-8",
      },
      body: Buffer.from('{"ü":1}'),
    });

    const { requestId } = event.requestContext;
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(event).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/my/path%20x",
      rawQueryString: "a=1&b=2&a=%20&c",
      cookies: ["one=1", "two=2"],
      headers: {
        host: "127.0.0.1:3000",
        "user-agent": "curl/8",
        "x-many": "1, 2",
        "content-type": "application/json; charset=utf-8",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
      },
      queryStringParameters: { a: "1, ", b: "2", c: "" },
      requestContext: {
        accountId: "000000000000",
        apiId: "local",
        domainName: "127.0.0.1:3000",
        domainPrefix: "127",
        http: {
          method: "POST",
          path: "/my/path%20x",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "curl/8",
        },
        requestId,
        routeKey: "$default",
        stage: "$default",
        time: "02/Mar/2026:19:03:58 +0000",
        timeEpoch: NOW,
      },
      body: '{"ü":1}',
      isBase64Encoded: false,
    });
  });

  test("lacks what the request lacks", () => {
    const event = eventOf();

    expect(Object.keys(event)).not.toContain("body");
    expect(Object.keys(event)).not.toContain("cookies");
    expect(Object.keys(event)).not.toContain("queryStringParameters");
    expect(event).toMatchObject({ rawPath: "/", rawQueryString: "", isBase64Encoded: false });
  });

  test.each([
    ["text/plain", false],
    ["application/vnd.api+json", false],
    ["application/xml", false],
    [undefined, false],
    ["application/octet-stream", true],
    ["application/x-www-form-urlencoded", true],
    ["image/png", true],
  ])("a body of type %s: in base64 %s", (type, isBase64Encoded) => {
    const event = eventOf({ headers: type === undefined ? {} : { "content-type": type }, body: Buffer.from("abc") });

    expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? "YWJj" : "abc" });
  });
});
