/** A time of day in UTC, as schedules and CloudWatch have it. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** A duration, in milliseconds or, from ten seconds, in seconds. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(0)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
