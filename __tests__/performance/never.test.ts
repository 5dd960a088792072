import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { type MonitorOptions } from "../../performance";
import { type Performance, startExecutionEnvironment, Stdout } from "../support/lambda";

/** Whatever happens, a request never fails, waits, or returns something else because it is monitored. */

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

const circular: Record<string, unknown> = { statusCode: 500 };
circular["self"] = circular;

const HOSTILITY = new Error("hostile");
const hostile = new Proxy(
  {},
  {
    get: (_target, key) => {
      // Test runners print with symbols.
      if (typeof key === "string") throw HOSTILITY;
      return undefined;
    },
  },
);

/** Values of every kind, also of those that break what looks into them. */
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSet: true }),
  fc.constantFrom<unknown>(circular, hostile, Symbol("s"), 10n, () => 1, new Date(Number.NaN), new Error("an error")),
  fc.record({ statusCode: fc.anything(), headers: fc.anything(), body: fc.anything() }),
);

/** How a handler may end. */
type Ending =
  | "returns"
  | "throws"
  | "resolves"
  | "rejects"
  | "resolves late"
  | "rejects late"
  | "calls back"
  | "calls back with an error";
const ending = fc.constantFrom<Ending>(
  "returns",
  "throws",
  "resolves",
  "rejects",
  "resolves late",
  "rejects late",
  "calls back",
  "calls back with an error",
);

type Handler = (event: unknown, context: unknown, callback: (error: unknown, result?: unknown) => void) => unknown;

function handlerThat(how: Ending, value: unknown): Handler {
  const late = () => new Promise((resolve) => setImmediate(resolve));
  switch (how) {
    case "returns":
      return (_event, _context) => value;
    case "throws":
      return (_event, _context) => {
        throw value;
      };
    case "resolves":
      return (_event, _context) => Promise.resolve(value);
    case "rejects":
      return (_event, _context) => Promise.reject(value);
    case "resolves late":
      return async (_event, _context) => {
        await late();
        return value;
      };
    case "rejects late":
      return async (_event, _context) => {
        await late();
        throw value;
      };
    case "calls back":
      return (_event, _context, callback) => {
        setImmediate(callback, null, value);
      };
    case "calls back with an error":
      return (_event, _context, callback) => {
        setImmediate(callback, value ?? "error");
      };
  }
}

/** What Lambda would see of an invocation. */
async function outcomeOf(
  handler: Handler,
  event: unknown,
  context: unknown,
  callsBack: boolean,
): Promise<readonly unknown[]> {
  return new Promise((resolve) => {
    try {
      const returned = handler(event, context, (error, result) => {
        resolve(["called back", error, result]);
      });
      if (callsBack) return;
      if (returned instanceof Promise) {
        returned.then(
          (value: unknown) => {
            resolve(["resolved", value]);
          },
          (error: unknown) => {
            resolve(["rejected", error]);
          },
        );
      } else resolve(["returned", returned]);
    } catch (error) {
      resolve(["thrown", error]);
    }
  });
}

const options = fc.constantFrom<(loaded: Performance) => MonitorOptions>(
  () => ({}),
  () => ({
    categorize: () => {
      throw new Error("mine");
    },
  }),
  () => ({ categorize: () => hostile as unknown as string }),
  () => ({
    publisher: {
      publish: () => {
        throw new Error("publisher");
      },
    },
  }),
  () => ({
    publisher: {
      begin: () => {
        throw new Error("publisher");
      },
      publish: () => undefined,
    },
  }),
  () => ({ publisher: hostile as unknown as Exclude<MonitorOptions["publisher"], undefined> }),
  ({ onlyFrom }) => ({ publisher: onlyFrom({ ExecutionTime: Number.NaN, MemoryUtilization: 101 }) }),
  ({ warmUps }) => ({
    warmUps: warmUps({
      connections: {
        broken: () => {
          throw new Error("broken");
        },
      },
    }),
  }),
);

const standardOutput = fc.constantFrom<() => void>(
  () => {
    stdout.takeAll();
  },
  () => {
    stdout.answer(() => 1);
  },
  () => {
    stdout.answer(() => {
      throw Object.assign(new Error("busy"), { code: "EAGAIN" });
    });
  },
  () => {
    stdout.answer(() => {
      throw Object.assign(new Error("closed"), { code: "EPIPE" });
    });
  },
  () => {
    stdout.answer(() => {
      throw "not even an error";
    });
  },
);

const clock = fc.constantFrom(0, -1e15, 8.64e15, Number.NaN, 1e12);

describe("a monitored handler", () => {
  test("ends as it would without monitoring", async () => {
    await fc.assert(
      fc.asyncProperty(
        ending,
        anything,
        anything,
        anything,
        options,
        standardOutput,
        clock,
        async (how, value, event, context, choose, prepare, now) => {
          const callsBack = how.startsWith("calls back");
          const plain = handlerThat(how, value);
          const without = await outcomeOf(plain, event, context, callsBack);
          prepare();
          jest.spyOn(Date, "now").mockReturnValue(now);
          const loaded = startExecutionEnvironment();
          const monitored = loaded.monitor(handlerThat(how, value), choose(loaded));
          const outcomes = await Promise.all([1, 2, 3].map(() => outcomeOf(monitored, event, context, callsBack)));
          for (const outcome of outcomes) {
            expect(outcome[0]).toBe(without[0]);
            expect(Object.is(outcome[1], without[1])).toBe(true);
            expect(Object.is(outcome[2], without[2])).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test("gets its event, context and `this` as they came", () => {
    const { monitor } = startExecutionEnvironment();
    fc.assert(
      fc.property(anything, anything, anything, (event, context, self) => {
        const seen: unknown[] = [];
        const handler = monitor(function (this: unknown, ...args: unknown[]) {
          seen.push(this, ...args);
        });
        Reflect.apply(handler, self, [event, context]);
        expect([self, event, context].map((value, index) => Object.is(seen[index], value))).toEqual([true, true, true]);
      }),
    );
  });

  test("with every request counted once, however many run at the same time", async () => {
    const { monitor } = startExecutionEnvironment();
    const handler = monitor(async (fail: boolean, milliseconds: number) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (fail) throw new TypeError("x");
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 5 })), { maxLength: 20 }), async (requests) => {
        stdout.text = "";
        await Promise.allSettled(requests.map(([fail, milliseconds]) => handler(fail, milliseconds)));
        expect(stdout.valuesOf("ExecutionTime")).toHaveLength(requests.length);
        expect(stdout.valuesOf("Failures")).toHaveLength(requests.filter(([fail]) => fail).length);
        expect(stdout.valuesOf("Successes")).toHaveLength(requests.filter(([fail]) => !fail).length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("an HTTP handler", () => {
  test("answers when it would, and fails when and as it would", async () => {
    const endings = ending.filter((how) => !how.startsWith("calls back") && how !== "returns");
    await fc.assert(
      fc.asyncProperty(endings, anything, anything, anything, async (how, value, event, context) => {
        const without = await outcomeOf(handlerThat(how, value), event, context, false);
        const measured = await outcomeOf(
          startExecutionEnvironment().monitorHttp(handlerThat(how, value)),
          event,
          context,
          false,
        );
        expect(measured[0]).toBe(without[0]);
        if (without[0] !== "resolved") expect(Object.is(measured[1], without[1])).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a named operation", () => {
  test("ends as its function does", async () => {
    const { operation } = startExecutionEnvironment();
    const endings = ending.filter((how) => !how.startsWith("calls back"));
    await fc.assert(
      fc.asyncProperty(endings, anything, anything, async (how, value, name) => {
        const run = handlerThat(how, value) as () => unknown;
        const without = await outcomeOf(run, undefined, undefined, false);
        const measured = await outcomeOf(() => operation(name as string, run), undefined, undefined, false);
        expect(measured[0]).toBe(without[0]);
        expect(Object.is(measured[1], without[1])).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
