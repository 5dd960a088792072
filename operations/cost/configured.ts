import { App } from "cdktf";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type CostItem, monthlyCost } from "../../stacks/cost";
import { EnvironmentStack } from "../../stacks/environment-stack";
import { watchedFunctions } from "../../stacks/monitoring/watched-function";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { type StrategyCost, warmingCost } from "../../stacks/warming/warming-cost";
import { type CostLine, type Costs, type EnvironmentCost, exactly, NO_COSTS, totalsOf } from "./cost-report";
import { provisionedCost } from "./provisioned";

/** What an environment costs by what its file says, before anybody has called it. */
export function configuredCost(root: string, environment: Environment): EnvironmentCost {
  const all = costsOf(root, environment);
  const functions = watchedFunctions(environment).map(({ id, name }) => {
    const [one, two] = alone(environment, id).map((some) => costsOf(root, some));
    if (!one || !two) throw new Error(`${id} has no costs`);
    const { lines, note } = provisionedCost(environment, id);
    return { id, name, note, ...difference(two, one), requests: [], provisioned: lines };
  });
  const notes = functions.flatMap(({ note }) => note ?? []);
  const own = functions.map(({ note: _, ...costs }) => costs);
  const shared = own.reduce<Costs>(difference, all);
  const { name, region } = environment;
  return {
    environment: name,
    region,
    measured: undefined,
    functions: own.map((one) => ({ ...one, monitoring: paid(one.monitoring), warming: paid(one.warming) })),
    shared: { ...NO_COSTS, monitoring: paid(shared.monitoring), warming: paid(shared.warming).map(ofRuns) },
    totals: totalsOf([...own, shared]),
    notes,
  };
}

/**
 * The environment with one of its functions, and with two like it: what the second adds is that function's own, and
 * neither the dashboard nor the warmer's runs, which functions share.
 */
function alone(environment: Environment, id: string): Environment[] {
  const { [id]: deployed } = environment.functions;
  const { [id]: existing } = environment.existingFunctions;
  return [[id], [id, `${id}-2`]].map((ids) => ({
    ...environment,
    functions: deployed ? Object.fromEntries(ids.map((each) => [each, deployed])) : {},
    existingFunctions: existing
      ? Object.fromEntries(ids.map((each) => [each, { ...existing, functionName: each }]))
      : {},
  }));
}

function costsOf(root: string, environment: Environment): Costs {
  return {
    ...NO_COSTS,
    monitoring: monitoringOf(root, environment).map(({ what, count, dollarsEach }) => ({
      what,
      count: exactly(count),
      unit: "",
      dollars: exactly(count * dollarsEach),
    })),
    warming: warmingCost(environment).map(lineOf),
  };
}

function lineOf({ what, pings, dollars, eachTime }: StrategyCost): CostLine {
  return { what, count: pings, unit: "pings", dollars, ...(eachTime && { eachTime }) };
}

function monitoringOf(root: string, environment: Environment): CostItem[] {
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-cost-"));
  try {
    // What it costs does not depend on the code: any file will do.
    const zipFile = resolve(root, "environments", `${environment.name}.tfvars`);
    const names = [WARMER, ...Object.keys(environment.functions)];
    const bundles = new Map(names.map((name) => [name, { zipFile, sourceCodeHash: "", notes: [] }]));
    const app = new App({ outdir: folder.path, skipValidation: true });
    return monthlyCost(new EnvironmentStack(app, environment, { bundles, stackFolder: folder.path }));
  } finally {
    folder.remove();
  }
}

/** What is left of the first when the second is taken off. */
function difference(from: Costs, off: Costs): Costs {
  const lines = (kind: "monitoring" | "warming") =>
    from[kind].map((line) => {
      const { count, dollars } = off[kind].find(({ what }) => what === line.what) ?? { count: [0, 0], dollars: [0, 0] };
      return { ...line, count: minus(line.count, count), dollars: minus(line.dollars, dollars) };
    });
  return { ...from, monitoring: lines("monitoring"), warming: lines("warming") };
}

function minus(from: CostLine["count"], off: CostLine["count"]): CostLine["count"] {
  // Differences of sums of dollars leave digits far behind the point.
  const exact = (value: number) => Number(value.toFixed(9));
  return [exact(from[0] - off[0]), exact(from[1] - off[1])];
}

/** What functions share of a strategy is no pings but the warmer's own time. */
function ofRuns(line: CostLine): CostLine {
  return { ...line, what: `the warmer's runs, ${line.what}`, unit: "" };
}

function paid(lines: readonly CostLine[]): CostLine[] {
  return lines.filter(({ dollars: [, most] }) => most > 0);
}
