/** The intervals that repeat evenly from every full hour on. */
export const INTERVALS_MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60] as const;

/** The days of the week, in EventBridge's order, in which a range cannot pass from Saturday to Sunday. */
export const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/** A day of the week as EventBridge names it. */
export type Day = (typeof DAYS)[number];

/** One of these intervals. */
export type IntervalMinutes = (typeof INTERVALS_MINUTES)[number];

/**
 * The days of a text such as `MON-FRI`, `SAT,SUN` or `FRI-MON,WED`, from Sunday on; undefined when it is malformed or
 * names a day twice.
 */
export function parseDays(text: string): readonly Day[] | undefined {
  const found = new Set<Day>();
  for (const part of text.split(",")) {
    const [first, last, ...rest] = part.split("-").map((name) => DAYS.findIndex((day) => day === name));
    // `MON-MON` could mean one day or eight.
    if (first === undefined || first < 0 || last === -1 || last === first || rest.length > 0) return undefined;
    const length = last === undefined ? 1 : ((last - first + DAYS.length) % DAYS.length) + 1;
    for (const day of listDays(first, length)) {
      if (found.has(day)) return undefined;
      found.add(day);
    }
  }
  return DAYS.filter((day) => found.has(day));
}

/** A number of days, starting from a day's index in {@link DAYS}. */
export function listDays(first: number, length: number): Day[] {
  return DAYS.flatMap((_, offset) => (offset < length ? (DAYS[(first + offset) % DAYS.length] ?? []) : []));
}

/** Whether there is such a time, as 2027-02-28T10:00: JavaScript takes 30 February for a day in March. */
export function isInCalendar(time: string): boolean {
  const date = new Date(`${time}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(time);
}
