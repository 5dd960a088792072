import { formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { buildTable, type Document } from "../document/document";
import { formatNumber, formatUtc } from "../document/formats";
import { type CostLine, type CostRange, type Costs, type EnvironmentCost, KINDS } from "./cost-report";

const LEFT_OUT_ALWAYS = [
  "AWS's free tier",
  "queries",
  "notifications",
  "storage of logs",
  "traces",
  "differences between regions",
];
const NAMES: Readonly<Record<keyof Costs, string>> = {
  monitoring: "monitoring",
  warming: "warming",
  requests: "requests",
  provisioned: "provisioned concurrency instead of pings",
};

/** What the figures do not include. */
export function listLeftOut(measured: boolean): string[] {
  return measured
    ? [...LEFT_OUT_ALWAYS, "data transfer and endpoints"]
    : [...LEFT_OUT_ALWAYS, "requests", "logs", "cold starts of pings", "metrics of failure categories and operations"];
}

/**
 * The readable cost report of one environment.
 *
 * @param isMeasured whether the usage of any environment of the report was measured
 */
export function buildCostDocument(cost: EnvironmentCost, isMeasured: boolean): Document {
  const { environment, region, measured, functions, shared, totals, notes, unread } = cost;
  const source = measured
    ? `measured from ${formatUtc(measured.from)} to ${formatUtc(measured.to)} UTC and extrapolated to a month; reading cost ${formatDollars(measured.readingDollars)}`
    : "by its file";
  return {
    heading: `${environment} (${region}), ${source}:`,
    blocks: [
      buildTable(
        ["Function", "For", "What", "How many", "A month"],
        [...functions.flatMap((one) => buildRows(one.id, one)), ...buildRows("all together", shared)],
      ),
      buildTable(
        ["", ""],
        KINDS.filter((kind) => totals[kind][1] > 0).map((kind) => [
          `Total ${NAMES[kind]}`,
          `${formatRange(totals[kind])}${hasUnknown(cost, kind) ? ", without what is unknown" : ""}`,
        ]),
      ),
      {
        kind: "list",
        items: [...unread.map(({ what, why }) => `${what} not read, by its file: ${why}`), ...notes].map((text) => ({
          text,
        })),
      },
    ],
    footnotes: [
      `Prices: ${PRICE_SOURCE}. Not in them: ${listLeftOut(isMeasured).join(", ")}.`,
      "Provisioned concurrency is an alternative to pings, with the same number of instances; AWS rounds its time up to 5 minutes." +
        (isMeasured ? " The lower figure assumes all requests on these instances, where their time is cheaper." : ""),
    ],
  };
}

function buildRows(name: string, costs: Costs): string[][] {
  const lines = KINDS.flatMap((kind) => costs[kind].map((line) => ({ kind, line })));
  return lines.map(({ kind, line }, index) => [
    index === 0 ? name : "",
    kind === "provisioned" ? "instead" : kind,
    kind === "provisioned" ? `provisioned, ${line.what}` : line.what,
    formatCount(line),
    `${line.dollars ? formatRange(line.dollars) : "unknown: set memory_mb"}${line.eachTime ? " each time" : ""}`,
  ]);
}

function hasUnknown({ functions, shared }: EnvironmentCost, kind: keyof Costs): boolean {
  return [...functions, shared].some((costs) => costs[kind].some(({ dollars }) => !dollars));
}

function formatCount({ count, unit }: CostLine): string {
  if (!count) return "-";
  const [least, most] = count;
  if (most === 0) return "";
  const format = (value: number) => formatNumber(value, unit === "GB" || unit === "GB-s" ? 3 : 0);
  return `${joinRange(format(least), format(most))} ${unit}`.trimEnd();
}

function formatRange([least, most]: CostRange): string {
  return joinRange(formatDollars(least), formatDollars(most));
}

function joinRange(least: string, most: string): string {
  return least === most ? most : `${least} to ${most}`;
}
