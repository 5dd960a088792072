import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findRuntime } from "./code";
import { explainIssues, explainUnusable } from "./explain";
import { findHandlerFile, formatHandlerFile, type HandlerPlace, isInRepository } from "./handler-files";
import { InvalidInput, formatKeyPath, type Mistake, show } from "./mistakes";
import { formatDeployedName, MAX_NAME_LENGTH, describeStateLocation, isFinishedFunction } from "./names";
import { type Tfvars } from "./parse-tfvars";
import { readLockedProvider, formatLockFile, findNeededProvider, findNodeRuntime } from "./provider-lock";
import { explainFileError, readFileBytes, UnusableFile } from "./text-file";
import { parseTfvarsOnce } from "./tfvars-cache";
import { buildEnvironment, type Environment, environmentFile, environmentName, stateSettings } from "./schema";

const FOLDER = "environments";
const EXTENSION = ".tfvars";

/** Enough for 500 functions with every key. */
const MAX_TFVARS_BYTES = 1_500_000;

type Values = NonNullable<Tfvars["values"]>;
type Issues = Parameters<typeof explainIssues>[0];

/**
 * Reads every `environments/*.tfvars`. The result is checked, frozen, and sorted by name.
 *
 * @param root the project's folder
 * @throws InvalidInput with every mistake in every file
 */
export async function loadEnvironments(root: string): Promise<readonly Environment[]> {
  const mistakes: Mistake[] = [];
  const environments: Environment[] = [];
  const folders = await listFunctionFolders(root);
  const states = new States();

  for (const name of await listEnvironmentNames(root)) {
    const file = `${FOLDER}/${name}${EXTENSION}`;
    const { values, mistakes: syntax } = await readTfvars(root, file);
    mistakes.push(...syntax);
    if (!values) continue;

    const parsed = environmentFile.safeParse(values, { reportInput: true });
    const { version, mistakes: unreadable } = await readProvider(root, name);
    const environment = parsed.success && buildEnvironment(name, parsed.data, findNodeRuntime(version));
    if (environment) environments.push(freezeDeeply(environment));
    const sentences = [
      ...findNameMistakes(name),
      ...findValueMistakes(values, parsed.error?.issues ?? []),
      ...unreadable,
      ...(environment && version !== undefined ? findProviderMistakes(environment, version) : []),
      ...findFunctionMistakes(root, name, values, folders, parsed.error?.issues ?? []),
      ...states.mistakes(name, file, values),
    ];
    mistakes.push(...sentences.map((message) => ({ file, message })));
  }

  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return environments;
}

/**
 * Finds the environment with this name.
 *
 * @throws InvalidInput if there is none, with the existing names
 */
export function findEnvironment(name: string, environments: readonly Environment[]): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  const known = environments.map((environment) => environment.name).join(", ");
  throw new InvalidInput([{ file: "environments", message: `there is no ${show(name)}; environments are: ${known}` }]);
}

/**
 * Checks an environment that is in no file.
 *
 * @param place what mistakes name, instead of a file
 * @param values as in a file
 * @throws InvalidInput with every mistake
 */
export function parseEnvironment(place: string, name: string, values: Values): Environment {
  const parsed = environmentFile.safeParse(values, { reportInput: true });
  const sentences = [...findNameMistakes(name), ...findValueMistakes(values, parsed.error?.issues ?? [])];
  if (parsed.success && sentences.length === 0) {
    return freezeDeeply(buildEnvironment(name, parsed.data, findNodeRuntime(undefined)));
  }
  throw new InvalidInput(sentences.map((message) => ({ file: place, message })));
}

async function listEnvironmentNames(root: string): Promise<string[]> {
  const files = await readdir(join(root, FOLDER)).catch(ignoreMissing);
  const names = files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
  if (names.length === 0) {
    throw new InvalidInput([{ file: FOLDER, message: `expected a file <environment>${EXTENSION}, found none` }]);
  }
  return names.sort();
}

/** No files if the folder does not exist. */
function ignoreMissing(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
  throw new InvalidInput([{ file: FOLDER, message: `cannot be read: ${explainFileError(error)}` }]);
}

async function readTfvars(root: string, file: string): Promise<Tfvars> {
  try {
    return await parseTfvarsOnce(root, file, await readFileBytes(join(root, file), MAX_TFVARS_BYTES));
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    return { mistakes: [{ file, message: error.message }] };
  }
}

/** The folders in functions/ that contain a function of the user's. */
async function listFunctionFolders(root: string): Promise<string[]> {
  const folders = await readdir(join(root, "functions")).catch(() => []);
  return folders.filter((folder) => !isFinishedFunction(folder) && findHandlerFile(root, folder) !== undefined).sort();
}

function findNameMistakes(name: string): string[] {
  return explainIssues(environmentName.safeParse(name, { reportInput: true }).error?.issues ?? []);
}

function findValueMistakes(values: Values, issues: Issues): string[] {
  const unusable = explainUnusable(values);
  const told = new Set(unusable.map(({ path }) => formatKeyPath(path)));
  return [
    ...unusable.map(({ sentence }) => sentence),
    ...explainIssues(issues.filter(({ path }) => !told.has(formatKeyPath(path)))),
  ];
}

function findFunctionMistakes(
  root: string,
  environment: string,
  values: Values,
  folders: readonly string[],
  issues: Issues,
): string[] {
  const misnamed = new Set(issues.filter(({ code }) => code === "invalid_key").map(({ path }) => formatKeyPath(path)));
  return listFunctions(values).flatMap(({ name, existing, file, image, ...place }) => {
    const key = formatKeyPath(["functions", name]);
    if (existing || misnamed.has(key)) return [];
    const deployed = formatDeployedName(environment, name);
    const mistakes: string[] = [];
    const places = [`${key}.handler`, `${key}.entry`, `${key}.package.file`];
    const isPlaceWrong = issues.some(({ path }) => places.includes(formatKeyPath(path)));
    if (file !== undefined) {
      if (!isPlaceWrong && !isInRepository(root, file)) {
        mistakes.push(`${key}.package.file: expected a file of the project's repository, got ${show(file)}`);
      }
    } else if (image === undefined && !isPlaceWrong && findHandlerFile(root, name, place) === undefined) {
      const known = folders.join(", ") || "none";
      mistakes.push(
        place.entry === undefined
          ? `${key}: expected a file ${formatHandlerFile(name, place)}.ts; functions there are: ${known}`
          : `${key}.entry: expected a file of the project's repository, got ${show(place.entry)}`,
      );
    }
    if (deployed.length > MAX_NAME_LENGTH) {
      mistakes.push(
        `${key}: expected ${deployed} to have at most ${MAX_NAME_LENGTH} characters, got ${deployed.length}`,
      );
    }
    return mistakes;
  });
}

/** The version of the locked provider, or why it cannot be read. */
async function readProvider(
  root: string,
  environment: string,
): Promise<{ readonly version?: string | undefined; readonly mistakes: readonly string[] }> {
  try {
    return { version: await readLockedProvider(root, environment), mistakes: [] };
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    return { mistakes: [`${formatLockFile(environment)} ${error.message}`] };
  }
}

/** Finds runtimes and keys that the locked provider does not know. */
function findProviderMistakes({ name: environment, functions }: Environment, version: string): string[] {
  const lockFile = formatLockFile(environment);
  return Object.entries(functions).flatMap(([name, settings]) => {
    const { durable } = settings;
    const runtime = findRuntime(settings);
    const used = [
      ...(runtime === undefined ? [] : [[settings.package ? "package.runtime" : "runtime", runtime, runtime] as const]),
      ...(durable ? [["durable", "durable", durable] as const] : []),
    ];
    return used.flatMap(([key, feature, value]) => {
      const needed = findNeededProvider(feature, version);
      if (needed === undefined) return [];
      const path = formatKeyPath(["functions", name, ...key.split(".")]);
      return `${path}: expected AWS provider ${needed} or later in ${lockFile}, which has ${version}, got ${show(value)}`;
    });
  });
}

interface NamedFunction extends HandlerPlace {
  readonly name: string;
  readonly existing: boolean;
  /** A finished package's file. */
  readonly file: string | undefined;
  readonly image: string | undefined;
}

/** Every function of a file, before its values are checked. */
function listFunctions({ functions }: Values): NamedFunction[] {
  return Object.entries(toMap(functions)).map(([name, value]) => ({
    name,
    existing: toMap(value)["existing"] === true,
    handler: toText(toMap(value)["handler"]),
    entry: toText(toMap(value)["entry"]),
    file: toText(toMap(toMap(value)["package"])["file"]),
    image: toText(toMap(value)["image"]),
  }));
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function toMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Checks where environments' states live: no two may share one. */
class States {
  private readonly owners = new Map<string, string>();

  mistakes(environment: string, file: string, values: Values): string[] {
    const state = stateSettings.safeParse(values["state"]);
    if (!state.success) return [];
    const location = describeStateLocation(environment, state.data);
    const owner = this.owners.get(location);
    if (owner !== undefined) return [`state: expected its own location, got ${location}, as in ${owner}`];
    this.owners.set(location, file);
    return [];
  }
}

function freezeDeeply<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(freezeDeeply);
    Object.freeze(value);
  }
  return value;
}
