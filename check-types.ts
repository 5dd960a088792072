import { findTypeMistakes } from "./stacks/type-mistakes";

/** Checks the types of users' own functions. */
export default function main(): number {
  const mistakes = findTypeMistakes(".");
  process.stderr.write(mistakes);
  return mistakes === "" ? 0 : 1;
}
