/** Offsets from UTC change at full quarters of an hour. */
const QUARTER_MINUTES = 15;

/** Reads a time zone's offsets, and remembers them: asking for one takes longer than a simulated minute. */
class TimeZone {
  private readonly offsets = new Map<number, number>();
  private readonly format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  }

  /** Minutes to add to UTC. */
  offsetAt(minute: number): number {
    const quarter = Math.floor(minute / QUARTER_MINUTES);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      const text = this.format.format(quarter * QUARTER_MINUTES * 60_000);
      const [, sign = "+", hours = "0", minutes = "0"] = /GMT(?:([+-])(\d+):(\d+))?/.exec(text) ?? [];
      offset = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
      this.offsets.set(quarter, offset);
    }
    return offset;
  }
}

const zones = new Map<string, TimeZone>();

/** A minute since 1970 as a time zone's clocks show it, so that whole days begin at its midnights. */
export function toLocalMinute(minute: number, timezone: string): number {
  if (timezone === "UTC") return minute;
  const zone = zones.get(timezone) ?? new TimeZone(timezone);
  zones.set(timezone, zone);
  return minute + zone.offsetAt(minute);
}
