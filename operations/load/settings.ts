import { InvalidInput, type Mistake, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";

/** The profiles of load tests. */
export const PROFILES = ["cold-start", "sustained", "stress"] as const;

/** One of {@link PROFILES}. */
export type LoadProfile = (typeof PROFILES)[number];

/** What was typed. */
export interface LoadArguments {
  readonly profile: string;
  readonly environment?: string;
  readonly function: string;
  readonly target: string;
  readonly path: string;
  readonly rate?: string;
  readonly seconds?: string;
  readonly idle?: string;
  readonly force?: boolean;
}

/** The settings of a run. */
export interface LoadSettings {
  readonly profile: LoadProfile;
  readonly environment: Environment;
  /** Its name in the environment's file. */
  readonly functionId: string;
  /** Undefined: on this computer. */
  readonly url: URL | undefined;
  readonly path: string;
  readonly ratePerSecond: number;
  /** For the whole run, or for each step. */
  readonly seconds: number;
  /** How long a function gets no requests, so that its instances end. */
  readonly idleSeconds: number;
}

const DEFAULT_ENVIRONMENT = "dev";
const DEFAULT_RATE = 10;
const DEFAULT_SECONDS = { "cold-start": 0, sustained: 60, stress: 5 } as const;
const DEFAULT_IDLE_SECONDS = { local: 15, url: 900 } as const;
const MAX_RATE = 20_000;
const MAX_SECONDS = 86_400;

/**
 * Checks the arguments against the existing environments.
 *
 * @throws InvalidInput with every mistake, or because the environment is protected
 */
export function resolveLoadSettings(wish: LoadArguments, environments: readonly Environment[]): LoadSettings {
  const mistakes: Mistake[] = [];
  const mistake = (option: string, message: string) => mistakes.push({ file: option, message });
  const number = (option: string, text: string | undefined, otherwise: number, maximum: number): number => {
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text.trim() !== "" && value > 0 && value <= maximum) return value;
    mistake(option, `expected a number above 0, at most ${maximum}, got ${show(text)}`);
    return otherwise;
  };
  const useless = (option: string, text: string | undefined, profile: string) => {
    if (text !== undefined) mistake(option, `has no effect on ${profile}`);
  };

  const profile = PROFILES.find((known) => known === wish.profile);
  if (!profile) mistake("profile", `expected one of ${PROFILES.join(", ")}, got ${show(wish.profile)}`);
  if (profile === "cold-start") {
    useless("--rate", wish.rate, profile);
    useless("--seconds", wish.seconds, profile);
  } else if (profile) useless("--idle", wish.idle, profile);

  const url = wish.target === "local" ? undefined : parseUrl(wish.target);
  if (wish.target !== "local" && !url) mistake("--target", `expected local or an address, got ${show(wish.target)}`);
  if (!wish.path.startsWith("/")) mistake("--path", `expected a path that begins with /, got ${show(wish.path)}`);
  const environment = selectEnvironment(wish, environments, mistake);
  if (environment) checkFunction(wish, environment, mistake);

  const settings = {
    functionId: wish.function,
    url,
    path: wish.path,
    ratePerSecond: number("--rate", wish.rate, DEFAULT_RATE, MAX_RATE),
    seconds: number("--seconds", wish.seconds, DEFAULT_SECONDS[profile ?? "sustained"], MAX_SECONDS),
    idleSeconds: number("--idle", wish.idle, DEFAULT_IDLE_SECONDS[url ? "url" : "local"], MAX_SECONDS),
  };
  const dueRequests = Math.round(settings.ratePerSecond * settings.seconds);
  if (profile !== "cold-start" && mistakes.length === 0 && dueRequests < 1) {
    const rate = `${settings.ratePerSecond}/s for ${settings.seconds} s`;
    mistake("--seconds", `expected time for at least one request, got none: ${rate}`);
  }
  if (mistakes.length > 0 || !profile || !environment) throw new InvalidInput(mistakes);
  return { profile, environment, ...settings };
}

type ReportMistake = (option: string, message: string) => void;

function selectEnvironment(
  wish: LoadArguments,
  environments: readonly Environment[],
  tell: ReportMistake,
): Environment | undefined {
  const isLocal = wish.target === "local";
  if (wish.environment === undefined && !isLocal) {
    // An address does not show whether its environment is protected.
    tell("--environment", "expected the environment of the address, got nothing");
    return undefined;
  }
  const name = wish.environment ?? DEFAULT_ENVIRONMENT;
  const environment = environments.find((known) => known.name === name);
  if (!environment) {
    tell("--environment", `there is no ${show(name)}; environments are: ${environments.map((e) => e.name).join(", ")}`);
  } else if (environment.protected && wish.force !== true) {
    tell(`environments/${name}.tfvars`, "protected: expected --force to load a protected environment");
  }
  return environment;
}

function checkFunction(wish: LoadArguments, environment: Environment, tell: ReportMistake): void {
  const deployed = Object.keys(environment.functions);
  const known = wish.target === "local" ? deployed : [...deployed, ...Object.keys(environment.existingFunctions)];
  if (known.includes(wish.function)) return;
  tell("--function", `${environment.name} has no ${show(wish.function)}; functions are: ${known.join(", ") || "none"}`);
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) ? url : undefined;
}
