import { describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTemporaryFolder, makeTfvars } from "../../support/project";
import { isProcessAlive, waitUntil } from "../lambda/support";
import { makeHandler, WatchedProject } from "./support";

const TFVARS = "environments/dev.tfvars";
const API = 'api = { endpoint = "iam" }';
const JOBS = 'jobs = { endpoint = "iam" }';
const HANDLERS = { "functions/api/handler.ts": makeHandler("1"), "functions/jobs/handler.ts": makeHandler("1") };

/** Saves the environment's file, and waits until it has taken over. */
function reload(project: WatchedProject, functions: string, more?: string) {
  return project.after("reloaded", () => {
    project.save(TFVARS, makeTfvars({ functions, more }));
  });
}

/** Listens at a port of this computer; undefined if it is in use. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return server;
  } catch {
    return undefined;
  }
}

/** Three ports in a row, of which only the third is in use. */
async function findPorts(): Promise<{ readonly first: number; readonly third: Server }> {
  for (;;) {
    // Below the ports that the system gives to whoever connects.
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const [one, two, third] = [await listen(first), await listen(first + 1), await listen(first + 2)];
    one?.close();
    two?.close();
    if (one && two && third) return { first, third };
    third?.close();
  }
}

describe("a changed environment takes over", () => {
  test("with a new function, which gets a port, while others keep theirs, their instances and their figures", async () => {
    const project = await WatchedProject.start(HANDLERS);
    const before = await project.ask();
    const [{ url } = {}] = project.environment.functions;

    const { scope, ids } = await reload(project, `${API}\n${JOBS}`);

    const after = await project.ask();
    expect([scope, ids]).toEqual(["environment", ["jobs"]]);
    expect((await project.ask("jobs")).text).toBe("1");
    expect(project.told("function").map(({ id }) => id)).toEqual(["api", "warmer", "jobs"]);
    expect([project.environment.functions[0]?.url, after.pid]).toEqual([url, before.pid]);
    const { functions } = project.environment.snapshot();
    expect(functions.map(({ id, requests }) => [id, requests])).toEqual([
      ["api", 2],
      ["jobs", 1],
      ["warmer", 0],
    ]);
  });

  test("without a function, whose request that runs is still answered, and whose process then ends", async () => {
    const waits = `import { existsSync } from "node:fs";
      export const handler = async ({ rawPath }) => {
        while (!existsSync(rawPath)) await new Promise((resolve) => setTimeout(resolve, 5));
        return { statusCode: 200, headers: { "x-pid": String(process.pid) }, body: "done" };
      };\n`;
    const tfvars = makeTfvars({ functions: `${API}\n${JOBS}` });
    const project = await WatchedProject.start({ ...HANDLERS, "functions/jobs/handler.ts": waits }, tfvars);
    const idle = await project.ask("jobs", tmpdir());
    const released = join(makeTemporaryFolder(), "released");
    const running = project.ask("jobs", released);
    await waitUntil(() => project.environment.snapshot().functions.some(({ busy }) => busy > 0));
    const { url = "" } = project.environment.functions.find(({ id }) => id === "jobs") ?? {};

    await reload(project, API);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    writeFileSync(released, "");
    const last = await running;

    expect(last.text).toBe("done");
    expect(project.environment.functions.map(({ id }) => id)).toEqual(["api", "warmer"]);
    await waitUntil(() => ![idle.pid, last.pid].some(isProcessAlive));
  });

  test("with a function that was there before, under a version's number that is not used again", async () => {
    const project = await WatchedProject.start(HANDLERS, makeTfvars({ functions: `${API}\n${JOBS}` }));
    await reload(project, API);

    await reload(project, `${API}\n${JOBS}`);

    const { executedVersion } = await project.environment.invoke("dev-jobs", "live", {});
    expect(executedVersion).toBe("2");
  });

  test("with other variables and memory, in a new version", async () => {
    const handler = makeHandler("[process.env.COLOR, process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE]");
    const project = await WatchedProject.start({ "functions/api/handler.ts": handler });
    const before = await project.ask();

    const { ids } = await reload(
      project,
      'api = {\nendpoint = "iam"\nmemory_mb = 256\nenvironment = { COLOR = "red" }\n}',
    );

    expect([before.text, (await project.ask()).text, ids]).toEqual([",512", "red,256", ["api"]]);
    await waitUntil(() => !isProcessAlive(before.pid));
  });

  test("with other routes, at the same port and without a new version", async () => {
    const makeApi = (route: string) => `api = {\nendpoint = "public"\nhttp = { routes = ["GET ${route}"] }\n}`;
    const project = await WatchedProject.start(HANDLERS, makeTfvars({ functions: makeApi("/one") }));
    const { url = "" } = project.environment.functions[0] ?? {};
    const ask = async () => Promise.all(["/one", "/two"].map(async (path) => (await fetch(new URL(path, url))).status));
    const before = await ask();

    const { ids } = await reload(project, makeApi("/two"));

    expect([before, await ask(), ids]).toEqual([[200, 404], [404, 200], []]);
  });

  test("with another threshold of an alarm, which keeps its state and its metrics", async () => {
    const makeApi = (failures: number) =>
      `api = {\nendpoint = "iam"\nalarms = { errors = { threshold = ${failures} } }\n}`;
    const handler = "export const handler = async () => { throw new Error('as asked'); };\n";
    const tfvars = (failures: number) => makeTfvars({ functions: makeApi(failures), more: "objectives = false" });
    const project = await WatchedProject.start({ "functions/api/handler.ts": handler }, tfvars(100), { speed: 20 });
    const readState = () => project.environment.snapshot().alarms.find(({ name }) => name === "dev-api-errors")?.state;
    await Promise.all(Array.from({ length: 10 }, () => project.ask()));
    await waitUntil(() => readState() === "OK");

    await project.after("reloaded", () => {
      project.save(TFVARS, tfvars(5));
    });
    const kept = readState();
    await waitUntil(() => readState() === "ALARM");

    const changes = project.told("alarm").filter(({ name }) => name === "dev-api-errors");
    expect([kept, changes.map(({ from, to }) => `${from} ${to}`)]).toEqual([
      "OK",
      ["INSUFFICIENT_DATA OK", "OK ALARM"],
    ]);
  });

  test("with another schedule, while those that are the same go on", async () => {
    const rate = '{ schedule_expression = "rate(1 hour)" }';
    const makeJobs = (name: string) =>
      `${API}\njobs = { events = { first = { schedule = ${rate} }, ${name} = { schedule = ${rate} } } }`;
    const handler = "export const handler = async (event) => { console.log(JSON.stringify(event)); };\n";
    const project = await WatchedProject.start(
      { ...HANDLERS, "functions/jobs/handler.ts": handler },
      makeTfvars({ functions: makeJobs("second") }),
    );
    const count = () => project.told("invocation").filter(({ id }) => id === "jobs").length;
    await waitUntil(() => count() === 2);

    await reload(project, makeJobs("third"));

    await waitUntil(() => count() === 3);
    expect(project.environment.offers.filter(({ kind }) => kind === "schedule").map(({ name }) => name)).toHaveLength(
      2,
    );
  });

  test("with another queue, while messages that are being worked on stay in those that are the same", async () => {
    const makeJobs = (...events: string[]) =>
      `${API}\njobs = { events = { ${events.map((event) => `${event} = { sqs = { create = true } }`).join(", ")} } }`;
    const released = join(makeTemporaryFolder(), "released");
    const handler = `import { existsSync } from "node:fs";
      export const handler = async () => {
        while (!existsSync(${JSON.stringify(released)})) await new Promise((resolve) => setTimeout(resolve, 5));
      };\n`;
    const project = await WatchedProject.start(
      { ...HANDLERS, "functions/jobs/handler.ts": handler },
      makeTfvars({ functions: makeJobs("orders") }),
    );
    const readCounts = async (name: string) => {
      const { url = "" } = project.environment.queues.find((queue) => queue.name === name) ?? {};
      return Object.values((await (await fetch(url)).json()) as Record<string, number>);
    };
    const [{ name, url } = { name: "", url: "" }] = project.environment.queues;
    await fetch(url, { method: "POST", body: "one" });
    await waitUntil(() => project.environment.snapshot().functions.some(({ busy }) => busy > 0));

    await reload(project, makeJobs("orders", "returns"));
    const during = [await readCounts(name), await readCounts("dev-jobs-returns")];
    writeFileSync(released, "");
    await waitUntil(() => project.told("invocation").some(({ id }) => id === "jobs"));

    expect(during).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(await readCounts(name)).toEqual([0, 0]);
    expect(project.told("invocation").filter(({ id }) => id === "jobs")).toHaveLength(1);
  });

  test("together with code that is saved at the same time", async () => {
    const project = await WatchedProject.start(HANDLERS);

    const { ids } = await project.after("reloaded", () => {
      project.save("functions/api/handler.ts", makeHandler("2"));
      project.save(TFVARS, makeTfvars({ functions: `${API}\n${JOBS}` }));
    });

    expect(ids).toEqual(["api", "jobs"]);
    expect([(await project.ask()).text, (await project.ask("jobs")).text]).toEqual(["2", "1"]);
    expect(project.told("reloaded")).toHaveLength(1);
  });
});

describe("an environment that cannot run", () => {
  test("is told with all mistakes, while the one before goes on, until it is repaired", async () => {
    const project = await WatchedProject.start(HANDLERS);
    const { pid } = await project.ask();

    const { mistakes } = await project.after("reload-failed", () => {
      project.save(TFVARS, makeTfvars({ functions: "api = { memory_mb = 1 }\nother = {}" }));
    });
    const during = [project.environment.problem, (await project.ask()).pid];
    await reload(project, API);

    expect(mistakes).toEqual([
      { file: TFVARS, message: expect.stringContaining("functions.api.memory_mb: ") },
      { file: TFVARS, message: expect.stringContaining("functions.other: expected a file functions/other/handler.ts") },
    ]);
    expect(during).toEqual([mistakes, pid]);
    expect([project.environment.problem, (await project.ask()).pid]).toEqual([undefined, pid]);
  });

  test("because its file is gone goes on as it was", async () => {
    const other = makeTfvars({ functions: API }).replace(
      'backend = "local"',
      'backend = "s3", bucket = "states", key = "qa", region = "eu-west-1"',
    );
    const project = await WatchedProject.start({ ...HANDLERS, "environments/qa.tfvars": other });

    const { mistakes } = await project.after("reload-failed", () => {
      rmSync(project.path(TFVARS));
    });

    expect(mistakes).toEqual([{ file: "environments", message: 'there is no "dev"; environments are: qa' }]);
    expect((await project.ask()).text).toBe("1");
  });

  test("for lack of a port changes nothing, and runs as soon as there is one", async () => {
    const { first, third } = await findPorts();
    const project = await WatchedProject.start(HANDLERS, undefined, { port: first });
    const jobs = `jobs = {\nendpoint = "iam"\nalarms = { errors = { threshold = 7 } }\n}`;

    const { mistakes } = await project.after("reload-failed", () => {
      project.save(TFVARS, makeTfvars({ functions: `${API}\n${jobs}` }));
    });
    const during = project.environment.functions.map(({ id }) => id);
    const { alarms } = project.environment.snapshot();
    third.close();
    await once(third, "close");
    await reload(project, `${API}\n${jobs}\n`);

    const message = `port ${first + 2} is in use: choose another with --port`;
    expect(mistakes).toEqual([{ file: TFVARS, message }]);
    expect([during, alarms.some(({ name }) => name.startsWith("dev-jobs"))]).toEqual([["api", "warmer"], false]);
    const urls = project.environment.functions.map(({ url }) => url);
    expect(urls).toEqual([`http://127.0.0.1:${first}/`, `http://127.0.0.1:${first + 2}/`, undefined]);
  });

  test("because its region is another one needs a restart", async () => {
    const project = await WatchedProject.start(HANDLERS);

    const { mistakes } = await project.after("reload-failed", () => {
      project.save(TFVARS, makeTfvars().replace("eu-west-1", "us-east-1"));
    });

    const message = "region: a restart is needed to change it from eu-west-1 to us-east-1";
    expect(mistakes).toEqual([{ file: TFVARS, message }]);
  });

  test("does not hold back the code of its functions", async () => {
    const project = await WatchedProject.start(HANDLERS);
    await project.after("reload-failed", () => {
      project.save(TFVARS, makeTfvars({ functions: "api = { memory_mb = 1 }" }));
    });

    const { ids } = await project.after("reloaded", () => {
      project.save("functions/api/handler.ts", makeHandler("2"));
    });

    expect([ids, (await project.ask()).text]).toEqual([["api"], "2"]);
    expect(project.environment.problem).toHaveLength(1);
  });

  test("because of code that cannot be bundled runs as soon as that is repaired", async () => {
    const project = await WatchedProject.start({ "functions/api/handler.ts": makeHandler("1") });
    const { mistakes } = await project.after("reload-failed", () => {
      project.save("functions/jobs/handler.ts", "export const handler = 1 +;\n");
      project.save(TFVARS, makeTfvars({ functions: `${API}\n${JOBS}` }));
    });

    const { ids } = await project.after("reloaded", () => {
      project.save("functions/jobs/handler.ts", makeHandler("2"));
    });

    expect(mistakes).toEqual([{ file: "functions/jobs/handler.ts:1:27", message: 'Unexpected ";"' }]);
    expect([ids, (await project.ask("jobs")).text, project.environment.problem]).toEqual([["jobs"], "2", undefined]);
  });
});

test("an environment's file that means the same changes nothing", async () => {
  const project = await WatchedProject.start(HANDLERS, makeTfvars({ functions: `${API}\n${JOBS}` }));
  const { pid } = await project.ask();

  const { scope, ids } = await project.after("reloaded", () => {
    project.save(TFVARS, `# a comment\n${makeTfvars({ functions: `${API}\n${JOBS}` })}`);
    project.save("functions/jobs/handler.ts", makeHandler("2"));
  });

  expect([scope, ids]).toEqual(["code", ["jobs"]]);
  expect((await project.ask()).pid).toBe(pid);
});
