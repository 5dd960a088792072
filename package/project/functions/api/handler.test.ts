import { expect, test } from "vitest";
import { handler } from "./handler";

test("says that it works", async () => {
  const { statusCode } = await handler({ rawPath: "/health" });

  expect(statusCode).toBe(200);
});

test("knows no other path", async () => {
  const { statusCode } = await handler({ rawPath: "/elsewhere" });

  expect(statusCode).toBe(404);
});
