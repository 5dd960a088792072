/** The platform's report of one request. */
export interface RequestReport {
  readonly milliseconds: number;
  readonly billedMilliseconds: number;
  readonly memoryUsedMb: number;
  readonly initMilliseconds?: number;
}

/**
 * Finds the platform's report in a request's log: the last line that begins with `REPORT`.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function parseReport(log: string): RequestReport | undefined {
  const line = log.split("\n").findLast((text) => text.startsWith("REPORT RequestId: "));
  const read = (name: string) => {
    const value = line?.split("\t").find((field) => field.startsWith(`${name}: `));
    return value === undefined ? undefined : Number.parseFloat(value.slice(name.length + 2));
  };
  const [milliseconds, billed, memoryUsedMb] = ["Duration", "Billed Duration", "Max Memory Used"].map(read);
  if (milliseconds === undefined || billed === undefined || memoryUsedMb === undefined) return undefined;
  const initMilliseconds = read("Init Duration");
  return {
    ...{ milliseconds, memoryUsedMb },
    // The start is charged for. A report that leaves it out of the billed time is corrected.
    billedMilliseconds: Math.max(billed, Math.ceil(milliseconds + (initMilliseconds ?? 0))),
    ...(initMilliseconds !== undefined && { initMilliseconds }),
  };
}
