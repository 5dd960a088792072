import { type Environment } from "../environments/schema";
import { type WatchedFunction, listWatchedFunctions } from "./watched-function";

/** A dashboard of functions that are all deployed from here, or all deployed elsewhere. */
export interface Dashboard {
  readonly name: string;
  readonly deployedHere: boolean;
  readonly functions: readonly [WatchedFunction, ...WatchedFunction[]];
}

/** An environment's dashboards. */
export function listDashboards(environment: Environment): Dashboard[] {
  const functions = listWatchedFunctions(environment);
  return [true, false].flatMap((deployedHere) => {
    const [first, ...rest] = functions.filter((watched) => watched.deployedHere === deployedHere);
    return first ? { name: nameDashboard(environment.name, first), deployedHere, functions: [first, ...rest] } : [];
  });
}

/** Functions that are deployed elsewhere have a separate dashboard: they have no aliases, and less to show. */
export function nameDashboard(environment: string, { deployedHere }: Pick<WatchedFunction, "deployedHere">): string {
  return deployedHere ? environment : `${environment}-existing`;
}
