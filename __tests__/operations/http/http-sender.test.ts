import { afterEach, expect, jest, test } from "@jest/globals";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { HttpSender } from "../../../operations/http/http-sender";

let close: () => void = () => undefined;

afterEach(() => {
  jest.useRealTimers();
  close();
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

/** A server that answers what it is told to, and says how often it was asked. */
async function startServer(answer: (count: number, socket: Socket) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    answer(count, request.socket);
    if (!request.socket.destroyed) response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sender = new HttpSender(new URL(`http://127.0.0.1:${port}`), () => Promise.resolve({}));
  close = () => {
    sender.close();
    server.close();
  };
  return sender;
}

test("a connection that is reset while it is in use is a failure, and is not tried again", async () => {
  const sender = await startServer((count, socket) => {
    if (count === 2) socket.resetAndDestroy();
  });

  await sender.send();
  await new Promise(setImmediate);

  await expect(sender.send()).rejects.toThrow("ECONNRESET");
});

test("a connection that is reset after it was idle is replaced", async () => {
  const sender = await startServer((count, socket) => {
    if (count === 2) socket.resetAndDestroy();
  });

  await sender.send();
  await setTimeout(1100);

  expect(await sender.send()).toEqual({ status: 200 });
});

test("an answer that is another protocol is a failure", async () => {
  const sender = await startServer((_, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  });

  await expect(sender.send()).rejects.toThrow("connection closed");
});
