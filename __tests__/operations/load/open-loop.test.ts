import { expect, jest, test } from "@jest/globals";
import { performance } from "node:perf_hooks";
import { listLatencies } from "../../../operations/load/figures";
import { makeBurst, generateConstantRate, isLate, type OpenLoop } from "../../../operations/load/open-loop";
import { sortAscending, computePercentile } from "../../../operations/load/statistics";
import { makeLoop, makeSender, startServer } from "./support";

// A busy computer is slow, which these figures would show.
jest.setTimeout(60_000);
jest.retryTimes(3);

async function sendAll(loop: OpenLoop, arrivals: Iterable<number>): Promise<void> {
  await loop.run(arrivals, 0, loop.now);
  await loop.settle();
}

function at(loop: OpenLoop, percent: number): number {
  return computePercentile(listLatencies(loop.requests), percent) ?? NaN;
}

test("percentiles are by nearest rank", () => {
  const numbers = sortAscending([5, 1, 4, 2, 3]);

  expect([0, 20, 21, 50, 99, 100].map((percent) => computePercentile(numbers, percent))).toEqual([1, 1, 2, 3, 5, 5]);
  expect(computePercentile([], 50)).toBeUndefined();
});

test("against a server with known delays, percentiles are those of the delays", async () => {
  const delays: number[] = [];
  let requests = 0;
  const url = await startServer((_, response) => {
    const arrivedAt = performance.now();
    // Of ten requests, eight are fast, one slow and one slower.
    const delay = [20, 20, 20, 20, 20, 20, 20, 20, 60, 150][requests++ % 10] ?? 20;
    setTimeout(() => {
      delays.push(performance.now() - arrivedAt);
      response.end("ok");
    }, delay);
  });
  const sender = makeSender(url);
  const loop = makeLoop(() => sender.send());

  await sendAll(loop, generateConstantRate(100, 5));

  const known = sortAscending(delays);
  for (const percent of [50, 85, 99]) {
    const expected = computePercentile(known, percent) ?? NaN;
    expect(Math.abs(at(loop, percent) - expected)).toBeLessThan(Math.max(5, expected * 0.1));
  }
});

test("a server that stalls for a second is seen by all who came in that second", async () => {
  let stalledUntil = 0;
  const url = await startServer((_, response) => {
    setTimeout(() => response.end("ok"), Math.max(0, stalledUntil - performance.now()));
  });
  const sender = makeSender(url);
  const loop = makeLoop(() => sender.send());
  setTimeout(() => (stalledUntil = performance.now() + 1000), 1000);

  await sendAll(loop, generateConstantRate(50, 3));

  // 50 of 150 requests came while it stalled, and waited half a second on average; one after another would have told of
  // a single slow one.
  const waited = listLatencies(loop.requests).filter((latency) => latency > 100);
  expect(waited.length).toBeGreaterThanOrEqual(43);
  expect(waited.length).toBeLessThanOrEqual(47);
  expect(at(loop, 99)).toBeGreaterThan(900);
  expect(waited.reduce((sum, latency) => sum + latency, 0) / waited.length).toBeGreaterThan(450);
});

test("what a busy computer sends late counts as late, and latencies count from when it was due", async () => {
  const loop = makeLoop(() => Promise.resolve({ status: 200 }));
  setTimeout(() => {
    const until = performance.now() + 500;
    while (performance.now() < until);
  }, 250);

  await sendAll(loop, generateConstantRate(100, 1));

  expect(loop.requests).toHaveLength(100);
  const late = loop.requests.filter(isLate).length;
  expect(late).toBeGreaterThanOrEqual(46);
  expect(late).toBeLessThanOrEqual(52);
  expect(at(loop, 100)).toBeGreaterThan(450);
});

test("a burst is sent at once, each request on a connection of its own", async () => {
  let together = 0;
  let most = 0;
  const url = await startServer((_, response) => {
    most = Math.max(most, ++together);
    setTimeout(() => {
      together--;
      response.end();
    }, 200);
  });
  const sender = makeSender(url);

  await sendAll(
    makeLoop(() => sender.send()),
    makeBurst(30),
  );

  expect(most).toBe(30);
});

test("no answer, and errors, are told with their reason", async () => {
  const url = await startServer((_, response) => response.destroy());
  const sender = makeSender(url);
  const loop = makeLoop(() => sender.send());
  await sendAll(loop, makeBurst(1));

  expect(loop.requests[0]?.ending).toMatchObject({ failure: "ECONNRESET" });
  expect(loop.requests[0]?.ending?.status).toBeUndefined();
});

test("a free connection that the server has just ended is replaced", async () => {
  const connections = new Set<unknown>();
  const url = await startServer((request, response) => {
    // The second request on a connection meets its end.
    if (connections.has(request.socket)) request.socket.destroy();
    else response.end();
    connections.add(request.socket);
  });
  const sender = makeSender(url);

  expect([await sender.send(), await sender.send(), await sender.send()].map(({ status }) => status)).toEqual([
    200, 200, 200,
  ]);
});

test("an interruption ends the sending", async () => {
  const interruption = new AbortController();
  const { OpenLoop } = await import("../../../operations/load/open-loop");
  const loop = new OpenLoop(() => Promise.resolve({ status: 200 }), interruption.signal);
  setTimeout(() => {
    interruption.abort();
  }, 100);

  await expect(loop.run(generateConstantRate(10, 60), 0, 0)).rejects.toThrow();
  expect(loop.requests.length).toBeLessThan(4);
});

test("what is left out has no place on the clock", async () => {
  const loop = makeLoop(() => Promise.resolve({ status: 200 }));
  const before = loop.now;
  let meanwhile = NaN;

  await loop.leaveOut(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    meanwhile = loop.now;
  });

  expect(meanwhile - before).toBeLessThan(50);
  expect(loop.now - before).toBeLessThan(50);
});
