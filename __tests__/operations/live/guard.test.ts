import { describe, expect, test } from "@jest/globals";
import { IncomingMessage, type IncomingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import { findRefusal } from "../../../operations/live/guard";

function makeRequest(method: string, headers: IncomingHttpHeaders, url = "/"): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { method, headers, url });
}

describe("a request to the page's server", () => {
  test("has no port in its host at port 80", () => {
    const headers = { host: "127.0.0.1", origin: "http://127.0.0.1" };

    expect(findRefusal(makeRequest("POST", headers), 80)).toBeUndefined();
    expect(findRefusal(makeRequest("POST", headers), 3000)).toMatch(/host/);
  });

  test.each([
    ["of the page itself", "GET", { host: "127.0.0.1:3000" }],
    ["by the name of this computer", "GET", { host: "localhost:3000", origin: "http://localhost:3000" }],
    ["of the page that changes something", "POST", { host: "127.0.0.1:3000", origin: "http://127.0.0.1:3000" }],
  ])("passes %s", (_, method, headers) => {
    expect(findRefusal(makeRequest(method, headers), 3000)).toBeUndefined();
  });

  test("may come from another site's link, but not from its scripts and pictures", () => {
    const headers = { host: "127.0.0.1:3000", "sec-fetch-site": "cross-site" };

    const refusals = ["/", "/dashboard?dashboard=0", "/changes"].map((url) =>
      findRefusal(makeRequest("GET", headers, url), 3000),
    );

    expect(refusals.map((refusal) => refusal !== undefined)).toEqual([false, true, true]);
  });

  test.each([
    ["a name that was made to point here", "GET", { host: "evil.example:3000" }],
    ["a name that begins like this computer's", "GET", { host: "127.0.0.1.evil.example:3000" }],
    ["another port of this computer", "GET", { host: "127.0.0.1:3001" }],
    ["no host", "GET", {}],
    ["another site", "GET", { host: "127.0.0.1:3000", origin: "https://evil.example" }],
    ["another port's page", "POST", { host: "127.0.0.1:3000", origin: "http://127.0.0.1:3001" }],
    ["a page without an origin", "POST", { host: "127.0.0.1:3000", origin: "null" }],
    ["nobody who says so", "POST", { host: "127.0.0.1:3000" }],
  ])("is refused from %s", (_, method, headers) => {
    expect(findRefusal(makeRequest(method, headers), 3000)).toMatch(/expected|refused/);
  });
});
