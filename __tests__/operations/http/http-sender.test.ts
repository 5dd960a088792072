import { afterEach, expect, jest, test } from "@jest/globals";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { HttpSender } from "../../../operations/http/http-sender";

afterEach(() => {
  jest.useRealTimers();
});

test("an answer that never comes to its end is no answer", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate", "performance", "Date"] });
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sender = new HttpSender(new URL(`http://127.0.0.1:${port}`), () => Promise.resolve({}));
  server.on("request", (_, response) => {
    // A part from time to time, so that the connection is never idle for long.
    response.write("part", () => {
      jest.advanceTimersByTime(15 * 60_000);
    });
  });

  await expect(sender.send()).rejects.toThrow("no whole answer within 900 s");

  sender.close();
  server.close();
});
