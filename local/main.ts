import { runLocally } from "./run";

/** `npm start`: an environment, as it is synthesized, on this computer. */
export default async function main(): Promise<void> {
  await runLocally(process.argv.slice(2));
}
