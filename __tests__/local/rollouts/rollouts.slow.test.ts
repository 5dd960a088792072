import { afterEach, expect, test } from "@jest/globals";
import { join, resolve } from "node:path";
import { makeTfvars } from "../../support/project";
import { isProcessAlive, waitUntil } from "../lambda/support";
import { WatchedProject } from "../reload/support";

const ROOT = resolve(".");
const HANDLER = "functions/api/handler.ts";

/** So that a step of a minute takes three seconds. */
const SPEED = 20;
const PER_SECOND = 40;

/** However busy this computer is, it makes no good version fail. It may make one slow. */
const ERRORS_ONLY = ', judged_by = ["errors"]';

/** The controller looks every 12 seconds, and if it was killed, after a minute. */
const LONGEST_MILLISECONDS = 300_000;

/** A handler that answers its version, after a statement. */
function makeHandler(statement: string): string {
  return `import { monitor } from ${JSON.stringify(join(ROOT, "performance"))};
export const handler = monitor(async () => {
  ${statement}
  return { statusCode: 200, body: process.env.AWS_LAMBDA_FUNCTION_VERSION };
});
`;
}

const FIRST = makeHandler('console.log("first");');
const GOOD = makeHandler('console.log("good");');
const BETTER = makeHandler('console.log("better");');
const BROKEN = makeHandler('throw new TypeError("broken");');

const loads: Load[] = [];

afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.end()));
});

/** Requests that come all the time. */
class Load {
  private readonly requests = new Set<Promise<unknown>>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly project: WatchedProject) {
    this.timer = setInterval(() => {
      const request: Promise<unknown> = project
        .ask()
        .catch(() => undefined)
        .finally(() => this.requests.delete(request));
      this.requests.add(request);
    }, 1000 / PER_SECOND);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.project.environment.close();
    await Promise.all(this.requests);
  }
}

/**
 * A function that gets requests, and new versions of itself step by step.
 *
 * @param settings more of its rollout
 */
async function start(settings = ERRORS_ONLY): Promise<WatchedProject> {
  const rollout = `strategy = "canary", percent = 50, every_seconds = 60, bake_seconds = 0${settings}`;
  const exportOwn = (name: string) =>
    `export { handler } from ${JSON.stringify(join(ROOT, "functions", name, "handler"))};\n`;
  const project = await WatchedProject.start(
    {
      [HANDLER]: FIRST,
      "functions/warmer/handler.ts": exportOwn("warmer"),
      "functions/rollout-controller/handler.ts": exportOwn("rollout-controller"),
    },
    makeTfvars({ functions: `api = {\nendpoint = "iam"\nrollout = { ${rollout} }\n}` }),
    { speed: SPEED },
  );
  await project.ask();
  loads.push(new Load(project));
  return project;
}

/** What happened to a version, as in `step 50`. */
function listSteps(project: WatchedProject, version: string): string[] {
  return project
    .told("rollout")
    .filter(({ to, event }) => to === version && event !== "wait")
    .map(({ event, percent, status }) => `${event === "end" ? status : event} ${percent}`);
}

async function waitForStep(project: WatchedProject, version: string, step: string): Promise<void> {
  await waitUntil(() => listSteps(project, version).includes(step));
}

/** The versions of the function that have instances. */
function listVersions({ environment }: WatchedProject): string[] {
  const own = environment.listInstances().filter(({ functionId }) => functionId === "api");
  return [...new Set(own.map(({ version }) => version))].sort();
}

/** Alias `live` as AWS's API tells it. */
async function readLive({ environment }: WatchedProject): Promise<unknown> {
  const { invokeUrl = "" } = environment.functions.find(({ id }) => id === "api") ?? {};
  return (await fetch(new URL("/2015-03-31/functions/dev-api/aliases/live", invokeUrl))).json();
}

test(
  "a saved version gets its requests step by step, and then all of them",
  async () => {
    const project = await start();

    project.save(HANDLER, GOOD);
    await waitForStep(project, "2", "completed 100");
    await waitUntil(() => listVersions(project).join() === "2");

    expect(listSteps(project, "2")).toEqual(["begin 0", "step 50", "step 100", "completed 100"]);
    expect(project.environment.rollouts).toMatchObject([{ id: "api", from: "1", to: "2", status: "completed" }]);
    expect(await readLive(project)).toMatchObject({ FunctionVersion: "2" });
    expect((await project.ask()).text).toBe("2");
    const [first, last] = [project.told("rollout")[0], project.told("rollout").at(-1)];
    // On the environment's clock, the step alone lasts a minute.
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(60_000);
  },
  LONGEST_MILLISECONDS,
);

test(
  "a version that throws goes back by itself, which is told with its new failures, and nothing of it is left",
  async () => {
    const project = await start("");

    project.save(HANDLER, BROKEN);
    await waitForStep(project, "2", "rolled_back 0");
    await waitUntil(() => listVersions(project).join() === "1");

    expect(listSteps(project, "2")).toEqual(["begin 0", "step 50", "rolled_back 0"]);
    expect(project.environment.rollouts).toMatchObject([
      {
        reason: expect.stringMatching(/errors: 100 % of \d+ requests failed, 0 % of/),
        newFailures: { categories: [{ what: "TypeError" }], example: "TypeError: broken" },
      },
    ]);
    const live = await readLive(project);
    expect(live).toMatchObject({
      FunctionVersion: "1",
      Description: expect.stringContaining("Rolled back from version 2"),
    });
    expect(live).not.toHaveProperty("RoutingConfig");
    expect((await project.ask()).text).toBe("1");
    expect(new Set(project.told("function-failed").map(({ id }) => id))).toEqual(new Set(["api"]));
  },
  LONGEST_MILLISECONDS,
);

test(
  "a version that is saved during a rollout takes its place, and ends with the environment",
  async () => {
    const project = await start();
    project.save(HANDLER, GOOD);
    await waitForStep(project, "2", "step 50");

    project.save(HANDLER, BETTER);
    await waitForStep(project, "3", "step 50");
    await waitUntil(() => listVersions(project).join() === "1,3");
    const during = project.environment.rollouts;
    const pids = project.environment.listInstances().flatMap(({ pid }) => pid ?? []);
    await project.environment.close();

    expect(listSteps(project, "2")).toEqual(["begin 0", "step 50", "superseded 0"]);
    expect(during).toMatchObject([{ from: "1", to: "3", status: "running", percent: 50 }]);
    expect(pids.filter(isProcessAlive)).toEqual([]);
    expect(listSteps(project, "3")).toEqual(["begin 0", "step 50"]);
    expect(project.told("function-failed")).toEqual([]);
  },
  LONGEST_MILLISECONDS,
);

test(
  "a rollout whose controller is killed is continued by schedule",
  async () => {
    const project = await start();
    project.save(HANDLER, GOOD);
    await waitForStep(project, "2", "step 50");

    for (const { functionId, pid } of project.environment.listInstances()) {
      if (functionId === "rollout-controller" && pid !== undefined) process.kill(pid, "SIGKILL");
    }
    await waitForStep(project, "2", "completed 100");

    expect(listSteps(project, "2")).toEqual(["begin 0", "step 50", "step 100", "completed 100"]);
    expect(project.told("function-failed")).toMatchObject([
      { id: "rollout-controller", errorType: "Runtime.ExitError" },
    ]);
    expect((await project.ask()).text).toBe("2");
  },
  LONGEST_MILLISECONDS,
);
