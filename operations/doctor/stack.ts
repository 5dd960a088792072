import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT_FOLDER } from "../synthesis/synthesize-expected";
import { type Check, fail, pass, makeCheck } from "./check";
import { type Examination } from "./examination";

/** Checks that Terraform's input matches the project. */
export function buildSynthesisChecks({ root, environment, expected }: Examination): [synthesis: Check, written: Check] {
  const synthesizes = makeCheck("synthesis", [], async () => {
    // As the summary of synth counts them: these exist only in Terraform's state.
    const inAws = (await expected()).all.filter(({ type }) => type !== "terraform_data");
    return pass(`${inAws.length} resources`);
  });
  const written = makeCheck("synthesized output", [synthesizes], async () => {
    const file = join(OUTPUT_FOLDER, "stacks", environment.name, "cdk.tf.json");
    const { json } = await expected();
    let text: string;
    try {
      text = readFileSync(join(root, file), "utf8");
    } catch {
      return fail(`${file} does not exist`, "npm run synth");
    }
    return text === json
      ? pass(`${file} is up to date`)
      : fail(`${file} does not match the current files`, "npm run synth");
  });
  return [synthesizes, written];
}
