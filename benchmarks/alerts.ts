import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { OBJECTIVE_KEYS } from "../environments/objectives";
import { listObjectiveAlarms } from "../model/objectives";
import { LateMetrics } from "./alerts/late-metrics";
import { BUDGET_PERCENT, generateMonth, INCIDENT_KINDS } from "./alerts/month";
import { OBJECTIVES, POLICIES, SHIPPED, WATCHED } from "./alerts/policies";
import {
  type Figures,
  judgeMonth,
  LEAST_SPENT_SHARE,
  type Selection,
  summarizeVerdicts,
  takeMedians,
  type Verdict,
} from "./alerts/score";
import { generateShapes, readShapes, TRACES, TRAFFIC_CLASSES } from "./alerts/shapes";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS } from "./measure";

/**
 * How well alarms find incidents, and how often they call for nothing: npm run bench:alerts -- [--traces <folder>] The
 * folder contains the public data that docs/advisor.md names. Without it, traffic is generated.
 */

const FUNCTIONS_PER_CLASS = 34;
/** Not looked at while the windows of model/objectives.ts and the noise were chosen. */
const SEEDS = [101, 102, 103];

/** With fewer bad requests, an incident may look like single failures. */
const ENOUGH_BAD_REQUESTS = 10;

const COMPARED = [...POLICIES, SHIPPED];
const MOST_OUTPUT_BYTES = 1e9;

/** By policy, seed and function. */
type Verdicts = readonly (readonly (readonly Verdict[])[])[];

/** Resolves to the exit code. */
export default async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: { traces: { type: "string" }, part: { type: "string" } },
    });
    const missing = findMissing(values.traces);
    if (missing !== undefined) throw new Error(`--traces: there is no ${missing}`);
    if (values.part === undefined) await measure(values.traces);
    else console.log(JSON.stringify(judgePart(values.traces, values.part)));
    return 0;
  } catch (failure) {
    console.error(failure instanceof Error ? failure.message : failure);
    return 1;
  }
}

function findMissing(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  return TRACES.map((name) => join(folder, name, "invocations_per_minute.csv")).find((file) => !existsSync(file));
}

async function measure(folder: string | undefined): Promise<void> {
  console.log(`${describeComputer()}\n`);
  const verdicts = await judgeAll(folder);
  const ours = verdicts[POLICIES.indexOf(OBJECTIVES)] ?? [];
  const functions = ours[0] ?? [];
  console.log(`${functions.length} functions, 30 days, medians of ${SEEDS.length} seeds\n`);
  for (const rows of [
    COMPARED.map(({ name, alarms }, index) => [
      ...formatFigures(name, summarizeSeeds(verdicts[index] ?? [])),
      formatDollars(alarms),
    ]),
    POLICIES.flatMap(({ alarms }, index) =>
      alarms.map((alarm) => [
        ...formatFigures(alarm.name, summarizeSeeds(verdicts[index] ?? [], { alarm: alarm.name })),
        formatDollars([alarm]),
      ]),
    ),
  ]) {
    console.log(`${formatFigureTable([["", ...FIGURES, "$ a month"], ...rows])}\n`);
  }
  printObjectives(ours);
}

function printObjectives(ours: Verdicts[number]): void {
  const all = ours.flat();
  const classes = TRAFFIC_CLASSES.map(({ title, from, to }) => {
    const own = all.filter(({ requestsADay }) => requestsADay >= from && requestsADay < to);
    const leastBad = [from, to].map((requestsADay) => formatCount(countLeastBad(requestsADay))).join(" to ");
    const enough = summarizeVerdicts(own, { isJudged: hasEnough });
    return [...formatFigures(title, summarizeVerdicts(own)), formatPercent(enough.recall), leastBad];
  });
  console.log(
    `${formatFigureTable([["Objectives, by requests a day", ...FIGURES, `Found of >= ${ENOUGH_BAD_REQUESTS} bad`, "2 % of the budget fail"], ...classes])}\n`,
  );
  const kinds = INCIDENT_KINDS.map((kind) => {
    const figures = summarizeVerdicts(all, { isJudged: (incident) => incident.kind === kind && hasEnough(incident) });
    const { incidents, recall, toDetect } = figures;
    return [
      kind,
      incidents.toFixed(0),
      formatPercent(recall),
      formatMinutes(toDetect.median),
      formatMinutes(toDetect.p90),
    ];
  });
  console.log(
    `${formatFigureTable([[`Objectives, by incident with >= ${ENOUGH_BAD_REQUESTS} bad requests`, "Incidents", "Found", "Minutes: half", "9 in 10"], ...kinds])}\n`,
  );
  const figures = summarizeSeeds(ours);
  const enough = summarizeSeeds(ours, { isJudged: hasEnough });
  const alarms = listObjectiveAlarms(WATCHED);
  const most = Math.max(...OBJECTIVE_KEYS.map((key) => alarms.filter(({ objective }) => objective === key).length));
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      formatTargetRow("Objectives: % of alerts with nothing to act on", 100 - figures.precision, 5),
      formatTargetRow(
        `% of incidents missed, of those with >= ${ENOUGH_BAD_REQUESTS} bad requests`,
        100 - enough.recall,
        5,
      ),
      formatTargetRow("Minutes until half of the outages are told", figures.toDetectOutage.median, 5, 0),
      formatTargetRow("Alarms per objective", most, 3, 0),
    ]),
  );
}

const hasEnough: Selection["isJudged"] & object = ({ badRequests }) => badRequests >= ENOUGH_BAD_REQUESTS;

/** The failures of a month that spend so much of the budget of availability that they have to be found. */
function countLeastBad(requestsADay: number): number {
  return (LEAST_SPENT_SHARE * 30 * requestsADay * BUDGET_PERCENT.availability) / 100;
}

/** In as many processes as there are processors. */
async function judgeAll(folder: string | undefined): Promise<Verdicts> {
  const parts = availableParallelism();
  const program = process.argv[1] ?? "run.js";
  const outputs = await Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const options = ["--part", `${part}/${parts}`, ...(folder === undefined ? [] : ["--traces", folder])];
      return promisify(execFile)(process.execPath, [program, "benchmarks/alerts.ts", ...options], {
        maxBuffer: MOST_OUTPUT_BYTES,
      });
    }),
  );
  const all = outputs.map(({ stdout }) => JSON.parse(stdout) as Verdicts);
  return COMPARED.map((_, policy) => SEEDS.map((__, seed) => all.flatMap((part) => part[policy]?.[seed] ?? [])));
}

/** Of every second function, for `1/2`. */
function judgePart(folder: string | undefined, text: string): Verdicts {
  const [part, parts = 1] = text.split("/").map(Number);
  const bySeed = SEEDS.map((seed) => {
    const shapes =
      folder === undefined ? generateShapes(FUNCTIONS_PER_CLASS, seed) : readShapes(folder, FUNCTIONS_PER_CLASS, seed);
    return shapes
      .filter((_, index) => index % parts === part)
      .map((shape) => {
        const month = generateMonth(shape, seed);
        return judgeMonth(COMPARED, month, new LateMetrics(month));
      });
  });
  return COMPARED.map((_, index) => bySeed.map((functions) => functions.flatMap((verdicts) => verdicts[index] ?? [])));
}

function summarizeSeeds(bySeed: Verdicts[number], selection: Selection = {}): Figures {
  return takeMedians(bySeed.map((verdicts) => summarizeVerdicts(verdicts, selection)));
}

/** Alerts, pages and false pages are those of one function in a week. */
const FIGURES = [
  "Precision",
  "Recall",
  "Outage: half told in",
  "9 in 10",
  "All: half",
  "9 in 10",
  "Alerts",
  "Pages",
  "False",
];

function formatFigures(name: string, one: Figures): string[] {
  return [
    name,
    formatPercent(one.precision),
    formatPercent(one.recall),
    formatMinutes(one.toDetectOutage.median),
    formatMinutes(one.toDetectOutage.p90),
    formatMinutes(one.toDetect.median),
    formatMinutes(one.toDetect.p90),
    one.alerts.toFixed(2),
    one.pages.toFixed(2),
    one.falsePages.toFixed(3),
  ];
}

function formatPercent(share: number): string {
  return Number.isNaN(share) ? "-" : `${share.toFixed(1)} %`;
}

function formatMinutes(minutes: number): string {
  return Number.isNaN(minutes) ? "-" : `${minutes} min`;
}

function formatCount(count: number): string {
  return count < 10 ? count.toPrecision(1) : count.toFixed(0);
}

function formatDollars(alarms: readonly { readonly dollarsAMonth: number }[]): string {
  return alarms.reduce((sum, { dollarsAMonth }) => sum + dollarsAMonth, 0).toFixed(2);
}
