import { formatNumber } from "../format-number";

/** Minutes as people say them. */
export function formatMinutes(minutes: number | undefined): string {
  if (minutes === undefined) return "-";
  return minutes < 120 ? `${formatNumber(minutes)} min` : `${formatNumber(minutes / 60)} h`;
}
