import { type Environment } from "../environments/schema";
import { type WatchedFunction, listWatchedFunctions } from "./watched-function";

/** What of a function decides what a dashboard can show of it. */
type Shown = Pick<WatchedFunction, "deployedHere" | "publishesMetrics">;

/** A dashboard of functions that are alike in what there is to show. */
export interface Dashboard {
  readonly name: string;
  /** The end of its name, after the environment's. */
  readonly suffix: string;
  readonly functions: readonly [WatchedFunction, ...WatchedFunction[]];
}

const SUFFIXES = ["", "-packaged", "-existing"] as const;

/** An environment's dashboards. */
export function listDashboards(environment: Environment): Dashboard[] {
  const functions = listWatchedFunctions(environment);
  return SUFFIXES.flatMap((suffix) => {
    const [first, ...rest] = functions.filter((watched) => findSuffix(watched) === suffix);
    return first ? { name: environment.name + suffix, suffix, functions: [first, ...rest] } : [];
  });
}

/**
 * The name of a function's dashboard. Functions that are deployed elsewhere have no aliases and less to show, and
 * functions from a finished package or an image publish no metrics of their own.
 */
export function nameDashboard(environment: string, shown: Shown): string {
  return environment + findSuffix(shown);
}

function findSuffix({ deployedHere, publishesMetrics }: Shown): (typeof SUFFIXES)[number] {
  if (!deployedHere) return "-existing";
  return publishesMetrics ? "" : "-packaged";
}
