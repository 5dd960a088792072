import { formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { formatNumber } from "../format-number";
import { formatTextTable } from "../format-table";
import { type CostLine, type Costs, type EnvironmentCost, KINDS, type CostRange } from "./cost-report";

const HEADINGS = ["Function", "For", "What", "How many", "A month"];
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

/** What is in no figure, for people and scripts to know. */
export function listLeftOut(measured: boolean): string[] {
  return measured
    ? [...LEFT_OUT_ALWAYS, "data transfer and endpoints"]
    : [
        ...LEFT_OUT_ALWAYS,
        "requests",
        "logs",
        "cold starts that pings meet",
        "metrics of failure categories and operations",
      ];
}

/** What one environment costs, as lines for a terminal. */
export function formatCost(cost: EnvironmentCost): string[] {
  const { environment, region, measured, functions, shared, totals, notes, unread } = cost;
  const rows = [...functions.flatMap((one) => buildRows(one.id, one)), ...buildRows("all together", shared)];
  const source = measured
    ? `measured from ${measured.from} to ${measured.to} and taken for a month; asking cost ${formatDollars(measured.readingDollars)}`
    : "by its file";
  return [
    `${environment} (${region}), ${source}:`,
    ...formatTextTable(HEADINGS, rows),
    ...formatTextTable(
      ["", ""],
      KINDS.filter((kind) => totals[kind][1] > 0).map((kind) => [
        `Total ${NAMES[kind]}`,
        `${formatRange(totals[kind])}${hasUnknown(cost, kind) ? ", without what is unknown" : ""}`,
      ]),
    ),
    ...unread.map(({ what, why }) => `  ${what} not read, by its file: ${why}`),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** Where the prices come from, and what they leave out. */
export function formatFootnotes(measured: boolean): string[] {
  return [
    `Prices: ${PRICE_SOURCE}. Not in them: ${listLeftOut(measured).join(", ")}.`,
    "Provisioned concurrency is instead of pings, with the same number of instances; AWS rounds its time up to 5 minutes." +
      (measured ? " The lower figure is with all requests on these instances, where their time is cheaper." : ""),
  ];
}

function buildRows(name: string, costs: Costs): string[][] {
  const lines = KINDS.flatMap((kind) => costs[kind].map((line) => ({ kind, line })));
  return lines.map(({ kind, line }, index) => [
    index === 0 ? name : "",
    kind === "provisioned" ? "instead" : kind,
    kind === "provisioned" ? `provisioned, ${line.what}` : line.what,
    formatLineCount(line),
    `${line.dollars ? formatRange(line.dollars) : "unknown: set memory_mb"}${line.eachTime ? " each time" : ""}`,
  ]);
}

function hasUnknown({ functions, shared }: EnvironmentCost, kind: keyof Costs): boolean {
  return [...functions, shared].some((costs) => costs[kind].some(({ dollars }) => !dollars));
}

function formatLineCount({ count, unit }: CostLine): string {
  if (!count) return "-";
  if (count[1] === 0) return "";
  const [least, most] = count.map((value) => formatNumber(value, unit === "GB" || unit === "GB-s" ? 3 : 0));
  return `${least === most ? (most ?? "") : `${least ?? ""} to ${most ?? ""}`} ${unit}`.trimEnd();
}

function formatRange([least, most]: CostRange): string {
  const [low, high] = [formatDollars(least), formatDollars(most)];
  return low === high ? high : `${low} to ${high}`;
}
