/** A time in milliseconds since 1970, as in "2026-11-23 17:00". */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 16);
}
