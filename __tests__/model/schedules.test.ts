import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Cron } from "croner";
import { INTERVALS_MINUTES, parseDays } from "../../environments/days";
import { parseCronFields } from "../../environments/schedule-expression";
import { countHoursPerWeek, type PeakWarming, type WarmingSchedule, buildCronSchedules } from "../../model/schedules";

const WEEK = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const WEEK_MINUTES = 7 * 24 * 60;

/**
 * The values that a cron field matches, by EventBridge's rules: no range may run backwards, no step may pass the end.
 */
function valuesOf(field: string, size: number, names: readonly string[] = []): Set<number> {
  const number = (text: string) => {
    const value = names.includes(text) ? names.indexOf(text) : /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value < size)) throw new Error(`Not a value of this field: ${text}`);
    return value;
  };
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [, first = "", last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const from = first === "*" ? 0 : number(first);
    const to = first === "*" || step ? size - 1 : number(last ?? first);
    const by = step ? number(step) : 1;
    if (from > to || by < 1) throw new Error(`Not a range: ${part}`);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

/** The minutes of a week, from Sunday 0:00 on, that an expression matches. */
function minutesOf(expression: string): number[] {
  const [, minute = "", hour = "", dayOfMonth, month, dayOfWeek = "", year] =
    /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression) ?? [];
  expect([dayOfMonth, dayOfWeek].filter((field) => field === "?")).toHaveLength(1);
  expect([month, year]).toEqual(["*", "*"]);
  if (dayOfWeek === "?") expect(dayOfMonth).toBe("*");
  const minutes = valuesOf(minute, 60);
  const hours = valuesOf(hour, 24);
  const days = valuesOf(dayOfWeek === "?" ? "*" : dayOfWeek, 7, WEEK);
  const matched = [...days].flatMap((day) =>
    [...hours].flatMap((hour) => [...minutes].map((minute) => (day * 24 + hour) * 60 + minute)),
  );
  return matched.sort((one, other) => one - other);
}

/**
 * Which strategy fires in which minute of the week, as the expressions have it; a minute that two of them match is
 * told.
 */
function expand(settings: Parameters<typeof buildCronSchedules>[0]): string[] {
  const week = Array.from({ length: WEEK_MINUTES }, () => "");
  for (const { strategy, expression } of buildCronSchedules(settings)) {
    for (const minute of minutesOf(expression)) week[minute] = (week[minute] ?? "") + strategy;
  }
  return week;
}

/** The same, by walking through every peak's minutes. */
function define(
  scheduled: WarmingSchedule | undefined,
  peak: PeakWarming | undefined,
  startDays: readonly number[],
): string[] {
  const inPeak = new Set<number>();
  if (peak) {
    const hours = peak.toHour > peak.fromHour ? peak.toHour - peak.fromHour : 24 - peak.fromHour + peak.toHour;
    for (const day of startDays) {
      const start = (day * 24 + peak.fromHour) * 60;
      for (let offset = 0; offset < hours * 60; offset++) inPeak.add((start + offset) % WEEK_MINUTES);
    }
  }
  return Array.from({ length: WEEK_MINUTES }, (_, minute) => {
    const ruling = inPeak.has(minute) ? peak : scheduled;
    if (!ruling || (minute % 60) % ruling.everyMinutes !== 0) return "";
    return ruling === peak ? "peak" : "scheduled";
  });
}

const everyMinutes = fc.constantFrom(...INTERVALS_MINUTES);
const scheduled = fc.record({ everyMinutes });

/** Days as people write them, as single days and ranges, beside what is meant. */
const days = fc
  .subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 })
  .chain((meant) =>
    fc.record({ meant: fc.shuffledSubarray(meant, { minLength: meant.length }), asRange: fc.boolean() }),
  )
  .map(({ meant, asRange }) => {
    const first = meant[0] ?? 0;
    const isRun = meant.length > 1 && meant.every((_, offset) => meant.includes((first + offset) % 7));
    const names = (asRange && isRun ? [first, (first + meant.length - 1) % 7] : meant).map((day) => WEEK[day]);
    return { meant, text: names.join(asRange && isRun ? "-" : ",") };
  });

const hours = fc
  .record({ fromHour: fc.integer({ min: 0, max: 24 }), toHour: fc.integer({ min: 0, max: 24 }) })
  .filter(({ fromHour, toHour }) => fromHour !== toHour);

describe("the week's minutes", () => {
  test("belong to the strategy whose hour it is, and to none twice", () => {
    fc.assert(
      fc.property(
        fc.option(scheduled, { nil: undefined }),
        fc.option(fc.record({ everyMinutes, hours, days }), { nil: undefined }),
        (schedule, drawn) => {
          const peak = drawn && {
            everyMinutes: drawn.everyMinutes,
            ...drawn.hours,
            days: drawn.days.text,
            timezone: "UTC",
          };
          const settings = { scheduled: schedule, peak };
          expect(expand(settings).join()).toBe(define(schedule, peak, drawn?.days.meant ?? []).join());
          for (const strategy of ["scheduled", "peak"]) {
            const count = buildCronSchedules(settings).filter((one) => one.strategy === strategy).length;
            expect(count).toBeLessThanOrEqual(3);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("an expression", () => {
  /** Any Sunday. */
  const sunday = Date.UTC(2026, 0, 4);

  test("means to an independent reader of cron what it means here", () => {
    fc.assert(
      fc.property(scheduled, fc.record({ everyMinutes, hours, days }), (schedule, drawn) => {
        const peak = { everyMinutes: drawn.everyMinutes, ...drawn.hours, days: drawn.days.text, timezone: "UTC" };
        for (const { expression } of buildCronSchedules({ scheduled: schedule, peak })) {
          // Others know no year, no `?`, and no step without an end.
          const fields = expression
            .slice("cron(".length, -") *)".length + 1)
            .replaceAll("?", "*")
            .replace(/^0\//, "*/");
          const cron = new Cron(fields.trim().split(" ").slice(0, 5).join(" "), { timezone: "UTC", paused: true });
          const minutes = Array.from({ length: WEEK_MINUTES }, (_, minute) => minute);
          expect(minutes.filter((minute) => cron.match(new Date(sunday + minute * 60_000)))).toEqual(
            minutesOf(expression),
          );
        }
      }),
      { numRuns: 8 },
    );
  });
});

describe("the hours of a week", () => {
  test("are divided as the expressions divide them", () => {
    fc.assert(
      fc.property(scheduled, fc.record({ everyMinutes, hours, days }), (schedule, drawn) => {
        const settings = {
          scheduled: schedule,
          peak: { everyMinutes: drawn.everyMinutes, ...drawn.hours, days: drawn.days.text, timezone: "UTC" },
        };
        const week = expand(settings);
        const count = (strategy: string) => week.filter((name) => name === strategy).length;
        const { scheduled: off, peak } = countHoursPerWeek(settings);
        expect([off * (60 / schedule.everyMinutes), peak * (60 / drawn.everyMinutes)]).toEqual([
          count("scheduled"),
          count("peak"),
        ]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("schedules", () => {
  const weekdays = { everyMinutes: 2, fromHour: 9, toHour: 18, days: "MON-FRI", timezone: "UTC" } as const;

  test("are one while nothing interrupts the schedule", () => {
    expect(buildCronSchedules({ scheduled: { everyMinutes: 5 } })).toEqual([
      { strategy: "scheduled", expression: "cron(0/5 * * * ? *)", timezone: "UTC" },
    ]);
  });

  test("leave the peak's hours out of the schedule", () => {
    expect(buildCronSchedules({ scheduled: { everyMinutes: 5 }, peak: { ...weekdays, days: "MON-SUN" } })).toEqual([
      { strategy: "scheduled", expression: "cron(0/5 0-8,18-23 * * ? *)", timezone: "UTC" },
      { strategy: "peak", expression: "cron(0/2 9-17 * * ? *)", timezone: "UTC" },
    ]);
  });

  test("keep the schedule on the days without a peak", () => {
    expect(buildCronSchedules({ scheduled: { everyMinutes: 5 }, peak: weekdays })).toEqual([
      { strategy: "scheduled", expression: "cron(0/5 0-8,18-23 * * ? *)", timezone: "UTC" },
      { strategy: "scheduled", expression: "cron(0/5 9-17 ? * SUN,SAT *)", timezone: "UTC" },
      { strategy: "peak", expression: "cron(0/2 9-17 ? * MON-FRI *)", timezone: "UTC" },
    ]);
  });

  test("carry a night's peak into the next day", () => {
    expect(buildCronSchedules({ peak: { ...weekdays, fromHour: 22, toHour: 6 } })).toEqual([
      { strategy: "peak", expression: "cron(0/2 0-5 ? * TUE-SAT *)", timezone: "UTC" },
      { strategy: "peak", expression: "cron(0/2 22,23 ? * MON-FRI *)", timezone: "UTC" },
    ]);
  });

  test("say every minute and every hour without a step", () => {
    expect(buildCronSchedules({ scheduled: { everyMinutes: 60 }, peak: { ...weekdays, everyMinutes: 1 } })).toEqual([
      { strategy: "scheduled", expression: "cron(0 0-8,18-23 * * ? *)", timezone: "UTC" },
      { strategy: "scheduled", expression: "cron(0 9-17 ? * SUN,SAT *)", timezone: "UTC" },
      { strategy: "peak", expression: "cron(* 9-17 ? * MON-FRI *)", timezone: "UTC" },
    ]);
  });

  test("are none for a schedule that the peak replaces altogether", () => {
    const peak = { everyMinutes: 2, fromHour: 0, toHour: 24, days: "MON-SUN", timezone: "UTC" } as const;
    expect(buildCronSchedules({ scheduled: { everyMinutes: 5 }, peak })).toEqual([
      { strategy: "peak", expression: "cron(0/2 * * * ? *)", timezone: "UTC" },
    ]);
  });

  test("are none where nothing is configured", () => {
    expect(buildCronSchedules({})).toEqual([]);
  });

  test("are all in the zone of the peak, and in UTC without one", () => {
    const zonesOf = (settings: Parameters<typeof buildCronSchedules>[0]) => [
      ...new Set(buildCronSchedules(settings).map(({ timezone }) => timezone)),
    ];
    const peak = { ...weekdays, timezone: "Europe/Berlin" };
    expect(zonesOf({ scheduled: { everyMinutes: 5 }, peak })).toEqual(["Europe/Berlin"]);
    expect(zonesOf({ scheduled: { everyMinutes: 5 } })).toEqual(["UTC"]);
  });

  test.each([
    ["Europe/Berlin", "2026-03-29"],
    ["Europe/Berlin", "2026-10-25"],
    ["America/New_York", "2026-11-01"],
    ["Asia/Kolkata", "2026-10-25"],
    ["Australia/Lord_Howe", "2026-10-04"],
  ])("never have two due at once, and the peak in its hours there: %s on %s", (timezone, day) => {
    const peak = { everyMinutes: 2, fromHour: 1, toHour: 4, days: "SAT,SUN", timezone } as const;
    const schedules = buildCronSchedules({ scheduled: { everyMinutes: 2 }, peak }).map(({ strategy, expression }) => {
      const [, text = ""] = /^cron\((.*)\)$/.exec(expression) ?? [];
      return { strategy, cron: parseCronFields(text, timezone) };
    });
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, weekday: "short", hour: "2-digit" });
    const start = Date.parse(`${day}T00:00:00Z`) - 12 * 3_600_000;
    for (let minute = 0; minute < 36 * 60; minute += 2) {
      const time = new Date(start + minute * 60_000);
      const due = schedules.filter(({ cron }) => cron.match(time)).map(({ strategy }) => strategy);
      const [weekday, hour] = clock.format(time).split(", ");
      const isPeak = ["Sat", "Sun"].includes(weekday ?? "") && Number(hour) >= 1 && Number(hour) < 4;
      expect([time, due]).toEqual([time, [isPeak ? "peak" : "scheduled"]]);
    }
  });

  test("are refused for malformed days", () => {
    expect(() => buildCronSchedules({ peak: { ...weekdays, days: "" } })).toThrow("Malformed days: ");
  });
});

describe("days", () => {
  test.each([
    ["MON-SUN", WEEK],
    ["SUN-SAT", WEEK],
    ["MON-FRI", ["MON", "TUE", "WED", "THU", "FRI"]],
    ["SAT,SUN", ["SUN", "SAT"]],
    ["MON,WED-FRI", ["MON", "WED", "THU", "FRI"]],
    ["FRI-MON", ["SUN", "MON", "FRI", "SAT"]],
    ["TUE", ["TUE"]],
  ])("%s", (text, meant) => {
    expect(parseDays(text)).toEqual(meant);
  });

  test.each(["", ",", "MON,", "-", "MON-", "-MON", "MON-TUE-WED", "MON-MON", "MON,MON", "MON-WED,TUE", "MO", "mon"])(
    "%p is malformed",
    (text) => {
      expect(parseDays(text)).toBeUndefined();
    },
  );

  test.each([" MON", "MON, TUE", "MON - TUE", "?", "*", "2-6", "MON#1", "FRIL"])("%p is malformed", (text) => {
    expect(parseDays(text)).toBeUndefined();
  });
});
