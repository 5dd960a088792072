import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type LocalEnvironment, startLocalEnvironment } from "../local/local-environment";
import { copyProject } from "./generated-project";
import { describeComputer, formatFigureTable, formatTargetRow, makeBenchmarkFolder, TARGET_HEADINGS } from "./measure";

const RUNS = 25;
const PAUSE_MILLISECONDS = 300;
const LIMIT_MILLISECONDS = 300;
const SETTLE_MILLISECONDS = 3000;

const HANDLER = "functions/api/handler.ts";
const ANSWER = '{ status: "ok" }';

/** `npm run bench:reload`: from a save of the reference function until a request is answered by the new code. */
export default async function main(): Promise<void> {
  const folder = makeBenchmarkFolder();
  copyProject(folder);
  const handler = join(folder, HANDLER);
  const text = readFileSync(handler, "utf8");
  if (!text.includes(ANSWER)) throw new Error(`${HANDLER} does not answer ${ANSWER}`);
  // What is younger when it starts may have changed meanwhile, and is bundled again.
  await sleep(SETTLE_MILLISECONDS);
  const takenOver: number[] = [];
  const environment = await startLocalEnvironment({
    environment: "dev",
    root: folder,
    watch: true,
    onEvent: (event) => {
      if (event.kind === "reloaded") takenOver.push(event.milliseconds);
    },
  });
  const answered: number[] = [];
  try {
    for (let run = 1; run <= RUNS; run++) {
      await sleep(PAUSE_MILLISECONDS);
      const savedAt = performance.now();
      writeFileSync(handler, text.replace(ANSWER, `{ status: "ok", run: ${run} }`));
      while ((await ask(environment)).run !== run) await sleep(1);
      answered.push(performance.now() - savedAt);
    }
  } finally {
    await environment.close();
  }
  console.log(`functions/api is saved in place and asked all the time, ${RUNS} times, in milliseconds.
${describeComputer()}
`);
  console.log(
    formatFigureTable([
      ["From the save until", "First save", "Median", "Fastest", "Slowest"],
      ["the new version gets requests", ...summarize(takenOver)],
      ["its first answer", ...summarize(answered)],
    ]),
  );
  const target = formatTargetRow(
    "From the save until the first answer, ms",
    findMedian(answered),
    LIMIT_MILLISECONDS,
    0,
  );
  console.log(`\n${formatFigureTable([TARGET_HEADINGS, target])}`);
}

async function ask({ functions }: LocalEnvironment): Promise<{ readonly run?: number }> {
  const { url = "" } = functions.find(({ id }) => id === "api") ?? {};
  return (await (await fetch(new URL("/health", url))).json()) as { readonly run?: number };
}

function summarize(values: readonly number[]): string[] {
  return [values[0] ?? NaN, findMedian(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(0),
  );
}

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
