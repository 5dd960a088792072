import { startLambda } from "../../local/lambda/start-lambda";

/** The local Lambda with the measured function; prints its address to standard output. */
export default async function main(): Promise<void> {
  const lambda = await startLambda({
    functions: [
      { name: "api", version: "1", codeFolder: "benchmarks/local/function", memoryMb: 128, timeoutSeconds: 30 },
    ],
  });
  console.log(`listening on ${lambda.url}`);
  process.once("SIGTERM", () => {
    void lambda.close().then(() => process.exit(0));
  });
}
