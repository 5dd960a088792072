import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { formatLockFile, LOCK_FILE } from "../../environments/provider-lock";
import { findOwnFile, readOwnManifest } from "../../stacks/own-file";

/** A file of a new project. */
export interface TemplateFile {
  readonly text: string;
  /** Whether later versions bring it up to date; the others belong to the project from the beginning. */
  readonly isMaintained: boolean;
}

const OWN = "package/project";

/** The file with the range of versions that an environment's lock file is chosen from. */
export const VERSIONS_FILE = "versions.tf";

/** What a new project begins with, by its path there; where it is here. */
const STARTERS: Readonly<Record<string, string>> = {
  "README.md": `${OWN}/README.md`,
  "main.ts": `${OWN}/main.ts`,
  "functions/api/handler.ts": `${OWN}/functions/api/handler.ts`,
  "functions/api/handler.test.ts": `${OWN}/functions/api/handler.test.ts`,
  ...Object.fromEntries(
    ["dev", "staging", "prod"].flatMap((name) => [
      [`environments/${name}.tfvars`, `${OWN}/environments/${name}.tfvars`],
      [`providers/${name}/${VERSIONS_FILE}`, `${OWN}/providers/${VERSIONS_FILE}`],
      [formatLockFile(name), `${OWN}/providers/${LOCK_FILE}`],
    ]),
  ),
};

/** Settings, workflows and runbooks. */
const MAINTAINED: Readonly<Record<string, string>> = {
  ".editorconfig": ".editorconfig",
  ".gitattributes": ".gitattributes",
  ".gitignore": `${OWN}/gitignore`,
  ".prettierignore": `${OWN}/prettierignore`,
  ".prettierrc.json": ".prettierrc.json",
  "cdktf.json": `${OWN}/cdktf.json`,
  "eslint.config.mjs": `${OWN}/eslint.config.mjs`,
  "package.json": `${OWN}/package.json`,
  "renovate.json": `${OWN}/renovate.json`,
  "tsconfig.json": `${OWN}/tsconfig.json`,
  ".github/workflows/checks.yml": `${OWN}/checks.yml`,
  ...Object.fromEntries(
    ["deploy", "drift", "main", "plan", "pull-request"].map((name) => {
      const file = `.github/workflows/${name}.yml`;
      return [file, file];
    }),
  ),
};

const RUNBOOKS = "docs/runbooks";

/** A workspace's name, which ends with the environment's, has at most 90 characters. */
const MAX_NAME_LENGTH = 80;

/** What a new project's files say of it. */
export interface ProjectFacts {
  /** The name of its package. */
  readonly name: string;
  /** Identifies it for cdktf. */
  readonly id: string;
}

/** The range of provider versions, which is the same in every environment. */
export function readProviderRange(): string {
  return readFileSync(findOwnFile(`${OWN}/providers/${VERSIONS_FILE}`), "utf8");
}

/** Every file of this project that the package needs for new ones. */
export function listTemplateSources(): string[] {
  return [...Object.values(STARTERS), ...Object.values(MAINTAINED)];
}

/** A new project's facts; its name is that of its folder, as far as npm and HCP Terraform's workspaces allow. */
export function makeProjectFacts(folder: string): ProjectFacts {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .slice(0, MAX_NAME_LENGTH)
    .replaceAll(/^[_-]+|[_-]+$/g, "");
  return { name: name || "warmwatch-project", id: randomUUID() };
}

/**
 * The files of a project, by their paths in it.
 *
 * @param folder the project's, on which a dependency on a local package depends
 */
export function renderTemplates({ name, id }: ProjectFacts, folder: string): ReadonlyMap<string, TemplateFile> {
  const manifest = readOwnManifest();
  const values: Readonly<Record<string, string>> = {
    ...manifest.devDependencies,
    ...manifest.dependencies,
    ...{ name, id, version: findDependency(manifest.version, folder) },
  };
  const runbooks = Object.fromEntries(
    readdirSync(findOwnFile(RUNBOOKS)).map((file) => [`${RUNBOOKS}/${file}`, `${RUNBOOKS}/${file}`]),
  );
  const render = (files: Readonly<Record<string, string>>, isMaintained: boolean) =>
    Object.entries(files).map(([path, source]): [string, TemplateFile] => [
      path,
      { text: relink(fill(readFileSync(findOwnFile(source), "utf8"), values)), isMaintained },
    ]);
  return new Map([...render(STARTERS, false), ...render({ ...MAINTAINED, ...runbooks }, true)]);
}

/** In a project, the documentation beside the runbooks is that of the package. */
function relink(text: string): string {
  return text
    .replaceAll("](../", "](../../node_modules/warmwatch/docs/")
    .replaceAll("# docs/delivery.md", "# node_modules/warmwatch/docs/delivery.md");
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{([^{}]+)\}\}/g, (placeholder, key: string) => values[key] ?? placeholder);
}

/**
 * How a project depends on this package: by its version, or by its file if it was installed from one.
 *
 * @param folder the project's
 */
function findDependency(version: string, folder: string): string {
  const modules = dirname(dirname(findOwnFile("package.json")));
  let installed: { readonly packages?: Readonly<Record<string, { readonly resolved?: string }>> };
  try {
    installed = JSON.parse(readFileSync(resolve(modules, ".package-lock.json"), "utf8")) as typeof installed;
  } catch {
    return `^${version}`;
  }
  const [, file] = /^file:(.+)$/.exec(installed.packages?.["node_modules/warmwatch"]?.resolved ?? "") ?? [];
  return file === undefined ? `^${version}` : `file:${relative(folder, resolve(modules, "..", file))}`;
}
