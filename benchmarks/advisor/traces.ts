import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoggedRun } from "../../advisor/fit";

/** One function of Azure Functions. */
export interface AzureFunction {
  readonly name: string;
  /** Requests in each minute. */
  readonly counts: readonly number[];
  /** Durations at regular quantiles from the shortest to the longest. */
  readonly workSeconds: readonly number[];
}

/** The shares below which the durations of the data lie. */
const SHARES = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];
const QUANTILES = 200;

/** Every run of `aws-lambda-2020`. */
export function readAwsRuns(folder: string): { readonly name: string; readonly run: LoggedRun }[] {
  const runs = join(folder, "aws-lambda-2020");
  return readdirSync(runs)
    .filter((file) => file.startsWith("run-"))
    .sort()
    .map((file) => {
      const rows = readRows(join(runs, file));
      const column = (index: number) => rows.map((row) => Number(row[index]));
      const isCold = column(2).map((value) => value === 1);
      const workSeconds = column(4).map((milliseconds) => milliseconds / 1000);
      const instances = rows.map((row) => row[3] ?? "");
      return {
        name: file.slice(4, 14),
        run: { atSeconds: column(0), workSeconds, isCold, instances } satisfies LoggedRun,
      };
    });
}

/** The functions of `azure-14-days` or `azure-single-day`. */
export function readAzureFunctions(folder: string, name: string): AzureFunction[] {
  return readRows(join(folder, name, "invocations_per_minute.csv")).map((cells) => {
    const [id = "", ...rest] = cells;
    const quantiles = rest.slice(0, SHARES.length).map((milliseconds) => Number(milliseconds) / 1000);
    const counts = (rest[SHARES.length] ?? "").split(" ").map(Number);
    return { name: id, counts, workSeconds: computeQuantiles(quantiles) };
  });
}

/** The functions of `azure-functions-2019` with requests, but at most the given number per day. */
export function readStressFunctions(folder: string, most: number): AzureFunction[] {
  const azure = join(folder, "azure-functions-2019");
  const durations = new Map(readRows(join(azure, "durations.csv")).map((row) => [row[0], row.slice(-SHARES.length)]));
  return readRows(join(azure, "invocations_per_minute.csv")).flatMap(([name = "", , , ...cells]) => {
    const counts = cells.map(Number);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const seconds = durations.get(name)?.map((milliseconds) => Number(milliseconds) / 1000);
    return seconds && total > 0 && total <= most ? [{ name, counts, workSeconds: computeQuantiles(seconds) }] : [];
  });
}

function readRows(file: string): string[][] {
  const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => line.split(","));
}

/** Between the quantiles in the data, all durations are assumed to be equally likely. */
function computeQuantiles(seconds: readonly number[]): number[] {
  return Array.from({ length: QUANTILES + 1 }, (_, index) => {
    const share = index / QUANTILES;
    const upper = Math.max(
      1,
      SHARES.findIndex((one) => one >= share),
    );
    const [from = 0, to = 1] = SHARES.slice(upper - 1, upper + 1);
    const [below = 0, above = below] = seconds.slice(upper - 1, upper + 1);
    return below + ((above - below) * (share - from)) / (to - from);
  });
}
