import { run } from "./run";

/** `npm start`: an environment, as it is synthesized, on this computer. */
export default async function main(): Promise<void> {
  await run(process.argv.slice(2));
}
