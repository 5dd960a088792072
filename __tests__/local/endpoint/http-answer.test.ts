import { describe, expect, test } from "@jest/globals";
import { FUNCTION_FAILED, httpAnswer } from "../../../local/endpoint/http-answer";

const JSON_TYPE = { "content-type": "application/json" };

function answerTo(returned: unknown) {
  const { body, ...rest } = httpAnswer(JSON.stringify(returned));
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
    { statusCode: "x" },
    { statusCode: 99 },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 200, headers: 1 },
  ])("%p is no response", (returned) => {
    expect(httpAnswer(JSON.stringify(returned))).toBe(FUNCTION_FAILED);
  });
});
