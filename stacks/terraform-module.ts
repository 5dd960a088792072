import { Fn, TerraformResource, type TerraformStack, TerraformVariable } from "cdktf";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment } from "../environments/schema";
import { buildTags } from "../environments/tags";
import { AWS_PROVIDER_VERSION } from "./provider-version";

const MODULE_FILE = "main.tf.json";
const ASSETS = "assets";

/** In a module's file, which is written again after each change. */
const ABOUT = "Written by Warmwatch: change the environment's tfvars file instead";

/**
 * Makes a stack what plain Terraform can call as a module: its caller has the provider and the state, and may add tags.
 * Call it when everything else is in the stack.
 */
export function makeModule(stack: TerraformStack, environment: Environment): void {
  stack.addOverride("terraform.required_providers.aws", { source: "hashicorp/aws", version: AWS_PROVIDER_VERSION });
  const more = new TerraformVariable(stack, "tags", {
    type: "map(string)",
    default: {},
    description: "More tags on everything; those of the environment and of its functions win",
  });
  const tags = buildTags(environment);
  for (const node of stack.node.findAll()) {
    if (!TerraformResource.isTerraformResource(node) || !("tagsAll" in node)) continue;
    const { tagsInput: own = {} } = node as { readonly tagsInput?: Readonly<Record<string, string>> };
    Object.assign(node, { tags: Fn.merge([more.value, { ...tags, ...own }]) as unknown });
  }
}

/**
 * Turns a synthesized stack's file into a module's: no state, and files that lie beside it.
 *
 * @param folder the stack's
 */
export function finishModule(folder: string): void {
  const file = join(folder, "cdk.tf.json");
  const stack = JSON.parse(readFileSync(file, "utf8")) as { "//"?: unknown; terraform: { backend?: unknown } };
  delete stack.terraform.backend;
  const text = JSON.stringify({ ...stack, "//": ABOUT }, undefined, 2);
  writeFileSync(file, `${text.replaceAll('"assets/', '"${path.module}/assets/')}\n`);
  renameSync(file, join(folder, MODULE_FILE));
}

/** Whether a folder has a module that was not written here. */
export function isForeignModule(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const file = join(folder, MODULE_FILE);
  return existsSync(file) ? !readFileSync(file, "utf8").includes(ABOUT) : readdirSync(folder).length > 0;
}

/** Replaces a module that was written before, if there is one; other files of its folder stay. */
export function replaceModule(from: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, ASSETS), { recursive: true, force: true });
  // The file is first: by it, the next run knows what an interrupted one has left.
  for (const part of [MODULE_FILE, ASSETS]) cpSync(join(from, part), join(folder, part), { recursive: true });
}
