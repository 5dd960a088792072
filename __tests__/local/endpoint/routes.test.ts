import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findRoute } from "../../../local/endpoint/routes";

const routesOf = (...keys: string[]) => keys.map((key) => ({ key, authorization: "NONE" as const }));

/** The pets of AWS's page about routes, and one more. */
const PETS = routesOf(
  "$default",
  "ANY /{proxy+}",
  "GET /pets/{proxy+}",
  "GET /pets/dog/{id}",
  "GET /pets/dog/1",
  "ANY /pets/dog/{id}",
);

describe("a request", () => {
  test.each([
    ["GET", "/pets/dog/1", "GET /pets/dog/1", {}],
    ["GET", "/pets/dog/2", "GET /pets/dog/{id}", { id: "2" }],
    ["PUT", "/pets/dog/2", "ANY /pets/dog/{id}", { id: "2" }],
    ["GET", "/pets/cat/1", "GET /pets/{proxy+}", { proxy: "cat/1" }],
    ["POST", "/test/5", "ANY /{proxy+}", { proxy: "test/5" }],
    ["GET", "/", "$default", {}],
  ])("%s %s takes the most exact route: %s", (method, path, key, pathParameters) => {
    expect(findRoute(PETS, method, path)).toEqual({ key, authorization: "NONE", pathParameters });
  });

  test.each([
    ["/orders/a%20b", { id: "a b" }],
    ["/orders/%E2%9C%93", { id: "✓" }],
    ["/orders/100%", { id: "100%" }],
  ])("has the variables of its path, decoded: %s", (path, pathParameters) => {
    expect(findRoute(routesOf("GET /orders/{id}"), "GET", path)?.pathParameters).toEqual(pathParameters);
  });

  test.each([
    ["GET /orders/{id}", "GET", "/orders"],
    ["GET /orders/{id}", "GET", "/orders/"],
    ["GET /orders/{id}", "GET", "/orders/1/lines"],
    ["GET /orders/{id}", "HEAD", "/orders/1"],
    ["ANY /{proxy+}", "GET", "/"],
    ["GET /a.b", "GET", "/acb"],
  ])("has no route where %s does not take %s %s", (key, method, path) => {
    expect(findRoute(routesOf(key), method, path)).toBeUndefined();
  });

  test("finds $default whatever it asks for", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (method, path) => {
        expect(findRoute(routesOf("$default", "GET /a/{b}"), method, `/x${path}`)?.key).toBe("$default");
      }),
    );
  });
});
