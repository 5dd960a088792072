import * as z from "zod";
import { type FigureSummary, type RolloutRecord } from "../../rollout/contract";
import { buildTable, type Table } from "../document/document";
import { formatNumber, formatPercent, formatQuantity } from "../document/formats";

const known = z.number().optional();

const summary = z.object({
  requests: z.number(),
  failures: z.number(),
  timeouts: z.number(),
  p50Milliseconds: known,
  p99Milliseconds: known,
  coldStarts: z.number(),
  initP50Milliseconds: known,
  memoryMaximumPercent: known,
});

/** Both versions' figures, as the controller writes them. */
export const rolloutFiguresSchema: z.ZodType<RolloutRecord["figures"]> = z.object({ old: summary, new: summary });

/** Both versions' figures, one below the other. */
export function buildFiguresTable({ from, to, figures }: Pick<RolloutRecord, "from" | "to" | "figures">): Table {
  return buildTable(
    ["version", "requests", "failed", "timed out", "p50", "p99", "cold starts", "their p50", "memory at most"],
    [listCells(`${from} (old)`, figures.old), listCells(`${to} (new)`, figures.new)],
  );
}

function listCells(version: string, of: FigureSummary): string[] {
  const { requests, failures, timeouts, coldStarts } = of;
  const share = (count: number) =>
    count === 0 || requests === 0
      ? formatNumber(count, 0)
      : `${formatNumber(count, 0)} (${formatPercent((100 * count) / requests)})`;
  const milliseconds = (value: number | undefined) => (value === undefined ? "-" : `${formatNumber(value, 0)} ms`);
  return [
    version,
    formatNumber(requests, 0),
    share(failures),
    share(timeouts),
    milliseconds(of.p50Milliseconds),
    milliseconds(of.p99Milliseconds),
    formatNumber(coldStarts, 0),
    milliseconds(of.initP50Milliseconds),
    of.memoryMaximumPercent === undefined ? "-" : formatPercent(of.memoryMaximumPercent),
  ];
}

/** As in "version 42: 10 % of 410 requests failed, p99 210 ms". */
export function describeFigures(version: string, { requests, failures, p99Milliseconds }: FigureSummary): string {
  if (requests === 0) return `version ${version}: no requests`;
  const p99 = p99Milliseconds === undefined ? "" : `, p99 ${formatNumber(p99Milliseconds, 0)} ms`;
  const failed = formatPercent((100 * failures) / requests);
  return `version ${version}: ${failed} of ${formatQuantity(requests, "request")} failed${p99}`;
}
