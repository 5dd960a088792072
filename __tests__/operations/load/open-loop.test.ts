// First: the load tester and the servers share a clock that does not wait.
import { block, readVirtualTime, sleep } from "./virtual-time";
import { expect, test } from "@jest/globals";
import { listLatencies } from "../../../operations/load/figures";
import { generateConstantRate, isLate, makeBurst, OpenLoop } from "../../../operations/load/open-loop";
import { computePercentile, sortAscending } from "../../../operations/load/statistics";
import { makeLoop, makeSender, startServer } from "./support";

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
  // Of ten requests, eight are fast, one slow and one slower.
  const delays = [20, 20, 20, 20, 20, 20, 20, 20, 60, 150];
  let requests = 0;
  const loop = makeLoop(async () => {
    await sleep(delays[requests++ % delays.length] ?? NaN);
    return { status: 200 };
  });

  await sendAll(loop, generateConstantRate(100, 5));

  expect(loop.requests).toHaveLength(500);
  expect([50, 85, 99].map((percent) => Math.round(at(loop, percent)))).toEqual([20, 60, 150]);
});

test("a server that stalls for a second is seen by all who came in that second", async () => {
  const startedAt = readVirtualTime();
  const loop = makeLoop(async () => {
    const second = (readVirtualTime() - startedAt) / 1000;
    if (second >= 1 && second < 2) await sleep((2 - second) * 1000);
    return { status: 200 };
  });

  await sendAll(loop, generateConstantRate(50, 3));

  // 50 of 150 requests came while it stalled, and waited half a second on average; one after another would have told of
  // a single slow one.
  const waited = listLatencies(loop.requests).filter((latency) => latency > 100);
  expect(waited.length).toBeGreaterThanOrEqual(45);
  expect(waited.length).toBeLessThanOrEqual(46);
  expect(at(loop, 99)).toBeGreaterThan(950);
  expect(waited.reduce((sum, latency) => sum + latency, 0) / waited.length).toBeCloseTo(550, -2);
});

test("what a busy computer sends late counts as late, and latencies count from when it was due", async () => {
  const loop = makeLoop(() => Promise.resolve({ status: 200 }));
  void sleep(250).then(() => {
    block(500);
  });

  await sendAll(loop, generateConstantRate(100, 1));

  // Due from 250 to 740 ms, sent at 750 ms: all but what was 10 ms late at most.
  expect(loop.requests).toHaveLength(100);
  const late = loop.requests.filter(isLate).length;
  expect(late).toBeGreaterThanOrEqual(48);
  expect(late).toBeLessThanOrEqual(50);
  expect(at(loop, 100)).toBeGreaterThan(480);
});

test("a burst is sent at once, each request on a connection of its own", async () => {
  const waiting: (() => void)[] = [];
  const url = await startServer((_, response) => {
    // Nobody is answered before all are there.
    waiting.push(() => response.end());
    if (waiting.length === 30)
      waiting.forEach((answer) => {
        answer();
      });
  });
  const sender = makeSender(url);
  const loop = makeLoop(() => sender.send());

  await sendAll(loop, makeBurst(30));

  expect(loop.requests.map(({ ending }) => ending?.status)).toEqual(Array<number>(30).fill(200));
});

test("no answer, and errors, are told with their reason", async () => {
  const url = await startServer((_, response) => response.destroy());
  const sender = makeSender(url);
  const loop = makeLoop(() => sender.send());
  await sendAll(loop, makeBurst(1));

  expect(loop.requests[0]?.ending).toMatchObject({ failure: "ECONNRESET" });
  expect(loop.requests[0]?.ending?.status).toBeUndefined();
});

test("an interruption ends the sending", async () => {
  const interruption = new AbortController();
  const loop = new OpenLoop(() => Promise.resolve({ status: 200 }), interruption.signal);
  void sleep(150).then(() => {
    interruption.abort();
  });

  await expect(loop.run(generateConstantRate(10, 60), 0, loop.now)).rejects.toThrow();
  expect(loop.requests).toHaveLength(2);
});

test("what is left out has no place on the clock", async () => {
  const loop = makeLoop(() => Promise.resolve({ status: 200 }));
  const before = loop.now;
  let meanwhile = NaN;

  await loop.leaveOut(async () => {
    await sleep(300);
    meanwhile = loop.now;
  });

  expect(meanwhile).toBe(before);
  expect(loop.now).toBe(before);
});
