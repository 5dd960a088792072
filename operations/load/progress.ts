import { formatProgressBar } from "../cli/progress";
import { type Run } from "./run";

/** What is going on in a run. */
export function formatProgress({ activity, fraction, loop }: Run): string {
  const bar = fraction === 0 ? "" : `${formatProgressBar(fraction)} `;
  return `${bar}${activity}: ${loop.requests.length} sent, ${loop.open} open`;
}
