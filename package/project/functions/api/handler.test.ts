import assert from "node:assert/strict";
import { test } from "node:test";
import { handler } from "./handler";

test("says that it works", async () => {
  const { statusCode } = await handler({ rawPath: "/health" });

  assert.equal(statusCode, 200);
});

test("knows no other path", async () => {
  const { statusCode } = await handler({ rawPath: "/elsewhere" });

  assert.equal(statusCode, 404);
});
