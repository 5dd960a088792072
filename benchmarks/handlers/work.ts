/** The work of every contestant's function: nothing, so that only the overhead is measured. */
export function work(): Promise<{ ok: boolean }> {
  return Promise.resolve({ ok: true });
}

/** Does the work, and returns what monitor() also publishes about it, in units with the same name in every tool. */
export async function measuredWork(
  publish: (name: string, unit: "Count" | "Milliseconds" | "Percent", value: number) => void,
): Promise<{ ok: boolean }> {
  const start = process.hrtime();
  const answer = await work();
  const [seconds, nanoseconds] = process.hrtime(start);
  publish("ExecutionTime", "Milliseconds", seconds * 1e3 + nanoseconds / 1e6);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  publish("MemoryUtilization", "Percent", (megabytes / Number(process.env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])) * 100);
  publish("Successes", "Count", 1);
  return answer;
}
