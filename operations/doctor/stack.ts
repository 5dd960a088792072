import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Environment } from "../../environments/schema";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { type Check, fail, pass, makeCheck } from "./check";
import { type Examination } from "./examination";
import { StackResources } from "./stack-resources";

const OUTPUT_FOLDER = "cdktf.out";

/**
 * Synthesizes an environment, and writes nothing into the project.
 *
 * @throws InvalidInput if its code does not compile
 */
export async function synthesizeExpected(root: string, environment: Environment): Promise<StackResources> {
  const [{ bundleFunctions }, { listFunctionCode, listOwnCode }, { loadInfrastructure }, { synthesize }] =
    await Promise.all([
      import("../../stacks/bundle"),
      import("../../stacks/function-code"),
      import("../../stacks/infrastructure"),
      import("../../stacks/synthesize"),
    ]);
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-doctor-"));
  try {
    const code = [...listOwnCode(environment), ...listFunctionCode(environment)];
    const bundles = await bundleFunctions(root, code, folder.path);
    const infrastructure = await loadInfrastructure(root, Object.keys(environment.functions));
    synthesize([environment], { bundles, infrastructure, folder: folder.path, outdir: OUTPUT_FOLDER });
    return new StackResources(readFileSync(join(folder.path, "stacks", environment.name, "cdk.tf.json"), "utf8"));
  } finally {
    folder.remove();
  }
}

/** Checks that Terraform's input matches the project. */
export function buildSynthesisChecks({ root, environment, expected }: Examination): [synthesis: Check, written: Check] {
  const synthesizes = makeCheck("synthesis", [], async () => {
    return pass(`${(await expected()).all.length} resources`);
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
