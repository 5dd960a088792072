import { numberText } from "../number-text";

/** Minutes as people say them. */
export function minutesText(minutes: number | undefined): string {
  if (minutes === undefined) return "-";
  return minutes < 120 ? `${numberText(minutes)} min` : `${numberText(minutes / 60)} h`;
}
