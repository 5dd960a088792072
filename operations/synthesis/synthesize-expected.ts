import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Environment } from "../../environments/schema";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { StackResources } from "./stack-resources";

/** Where `npm run synth` writes. */
export const OUTPUT_FOLDER = "cdktf.out";

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
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-synthesis-"));
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
