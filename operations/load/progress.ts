import { progressBar } from "../progress";
import { type Run } from "./run";

/** What is going on in a run. */
export function progressLine({ activity, fraction, loop }: Run): string {
  const bar = fraction === 0 ? "" : `${progressBar(fraction)} `;
  return `${bar}${activity}: ${loop.requests.length} sent, ${loop.open} open`;
}
