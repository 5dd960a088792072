import { loadEnvironments } from "./environments/load";
import { InvalidInput } from "./environments/mistakes";
import { listFunctionCode } from "./stacks/function-code";
import { findTypeMistakes } from "./stacks/type-mistakes";

/** Checks the types of users' own functions. Resolves to the exit code. */
export default async function main(): Promise<number> {
  try {
    const mistakes = findTypeMistakes(".", (await loadEnvironments(".")).flatMap(listFunctionCode));
    process.stderr.write(mistakes);
    return mistakes === "" ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    console.error(error.message);
    return 1;
  }
}
