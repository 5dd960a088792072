import { afterAll } from "@jest/globals";
import { unzipSync } from "fflate";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { MAX_DIRECT_BYTES } from "../../environments/platform";
import { type Bundle, bundleFunctions } from "../../stacks/bundle";
import { listFunctionCode, listOwnCode } from "../../stacks/function-code";
import { loadInfrastructure } from "../../stacks/infrastructure";
import { synthesize as synthesizeStacks } from "../../stacks/synthesize";

/** The smallest handler there is. */
export const HANDLER_SOURCE = "export const handler = async () => ({ statusCode: 200 });\n";

/** The least that a project has: its own function is as small as the user's. */
const FUNCTIONS = {
  "functions/api/handler.ts": HANDLER_SOURCE,
  "functions/alarm-notifier/handler.ts": HANDLER_SOURCE,
  "functions/rollout-controller/handler.ts": HANDLER_SOURCE,
  "functions/warmer/handler.ts": HANDLER_SOURCE,
};

const folders: string[] = [];

afterAll(() => {
  folders.forEach((folder) => {
    rmSync(folder, { recursive: true, force: true });
  });
});

/** An empty folder that goes away after the test file. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "warmwatch-"));
  folders.push(folder);
  return folder;
}

/**
 * A project with these files (path -> content) and, unless given otherwise, a function `api` and a warmer. Returns its
 * folder.
 */
export function makeProject(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = makeTemporaryFolder();
  for (const [path, content] of Object.entries({ ...FUNCTIONS, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** Unpacks a zip into a folder named `bundle`, and returns that. */
export function unpackZip(zip: Uint8Array): string {
  const folder = join(makeTemporaryFolder(), "bundle");
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const file = join(folder, name);
    mkdirSync(name.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(file, content);
  }
  return folder;
}

/** Every file below a folder, by its path from there. */
export function readFiles(folder: string, encoding: "utf8" | "base64" = "utf8"): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, encoding)]),
  );
}

/** A tfvars file of an environment with local state and the settings given as HCL. */
export function makeTfvars({ functions = "api = {}", more = "" } = {}): string {
  return `region = "eu-west-1"\nstate = { backend = "local" }\nfunctions = {\n${functions}\n}\n${more}\n`;
}

/** The mistakes that loading a project finds, one line each. */
export async function findMistakes(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  try {
    await loadEnvironments(makeProject(files));
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

/** What Terraform would read of one stack. */
export interface StackUnderTest {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly provider: { readonly aws: readonly Attributes[] };
  readonly terraform: Attributes;
  readonly variable?: Readonly<Record<string, Attributes>>;
  readonly output: Readonly<Record<string, { readonly value: Attributes }>>;
}

/** A block of Terraform JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What synthesizing a project gave: the folder, each stack's JSON, and what the user is told. */
export interface Synthesized {
  readonly outdir: string;
  readonly stacks: Readonly<Record<string, StackUnderTest>>;
  readonly summary: string;
}

/**
 * Synthesizes a project in this process.
 *
 * @param large functions whose zips are taken for larger than what Lambda takes directly
 */
export async function synthesizeProject(root: string, large: readonly string[] = []): Promise<Synthesized> {
  const environments = await loadEnvironments(root);
  const outdir = makeTemporaryFolder();
  const code = [...environments.flatMap(listOwnCode), ...environments.flatMap(listFunctionCode)];
  const made = await bundleFunctions(root, code, outdir);
  const resize = ([key, bundle]: [string, Bundle]): [string, Bundle] =>
    large.includes(key.replace(/\..*/, "")) ? [key, { ...bundle, zipBytes: MAX_DIRECT_BYTES + 1 }] : [key, bundle];
  const bundles = new Map([...made].map(resize));
  const names = environments.flatMap(({ functions }) => Object.keys(functions));
  const infrastructure = await loadInfrastructure(root, names);
  const summary = synthesizeStacks(environments, { bundles, infrastructure, folder: outdir, outdir: "cdktf.out" });
  const read = (name: string) =>
    JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")) as StackUnderTest;
  return {
    outdir,
    stacks: Object.fromEntries(environments.map(({ name }) => [name, read(name)])),
    summary,
  };
}

/** Synthesizes one environment, `dev`, from its tfvars text. */
export async function synthesizeDev(text: string): Promise<StackUnderTest> {
  const { stacks } = await synthesizeProject(makeProject({ "environments/dev.tfvars": text }));
  const { dev } = stacks;
  if (!dev) throw new Error("no stack dev");
  return dev;
}

/** The one resource of a type that is not about warming, or the one with the name given. */
export function findResource(stack: StackUnderTest, type: string, name?: string): Attributes {
  const found = Object.entries(stack.resource[type] ?? {}).filter(([key]) =>
    name === undefined ? !/^(warmer|schedule)_/.test(key) : key === name,
  );
  const [only] = found;
  if (!only || found.length > 1)
    throw new Error(`expected one ${type}, got ${found.map(([key]) => key).join(", ") || "none"}`);
  return only[1];
}

/** Every resource's address, sorted. */
export function listAddresses(stack: StackUnderTest): string[] {
  return Object.entries(stack.resource)
    .flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`))
    .sort();
}
