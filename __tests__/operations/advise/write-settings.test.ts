import { expect, test } from "@jest/globals";
import { loadEnvironments } from "../../../environments/load";
import { WARMING_DEFAULTS } from "../../../environments/warming";
import { resolveFunctionWarming } from "../../../model/warmed-functions";
import { writeSettings } from "../../../operations/advise/write-settings";
import { type WarmingChoice } from "../../../operations/advise/warming-policy";
import { makeProject, makeTfvars } from "../../support/project";

const { scheduled, peak, conditional } = WARMING_DEFAULTS;
const OFF: WarmingChoice = {
  scheduled: { ...scheduled, enabled: false },
  peak: { ...peak, enabled: false },
  conditional,
};
const SCHEDULED: WarmingChoice = { ...OFF, scheduled: { ...scheduled, concurrency: 7 } };

/** What a file says after advice for some of its functions. */
async function writeInto(functions: string, more: string, wanted: Readonly<Record<string, WarmingChoice>>) {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions, more }),
    "functions/web/handler.ts": "",
  });
  const [before] = await loadEnvironments(root);
  if (!before) throw new Error("no environment");
  const all = new Map(Object.entries(wanted).map(([id, warming]) => [id, { warming }]));
  const { diff } = await writeSettings(root, before, all);
  const [after] = await loadEnvironments(root);
  if (!after) throw new Error("no environment");
  return { diff, settings: (id: string) => resolveFunctionWarming(after, id) };
}

test.each([
  ["of a function in place of false", "api = { warming = false }", ""],
  ["of a function in place of true", "api = { warming = true }", ""],
  ["of a function whose environment has none", "api = {}", "warming = false"],
  ["of a function that was not warmed because nobody waits", "api = { asynchronous = true }", ""],
])("the settings %s are as advised", async (_, functions, more) => {
  const { settings } = await writeInto(functions, more, { api: SCHEDULED });
  expect(settings("api")).toMatchObject({ scheduled: SCHEDULED.scheduled, peak: { enabled: false } });
});

test("nothing is written for a function that is not to be warmed, and is not", async () => {
  expect((await writeInto("api = { asynchronous = true }", "", { api: OFF })).diff).toEqual([]);
  expect((await writeInto("api = { warming = false }", "", { api: OFF })).diff).toEqual([]);
});

test("the same for all is written once for the environment, unless a function would not get it there", async () => {
  const wanted = { api: SCHEDULED, web: SCHEDULED };
  const once = await writeInto("api = {}\nweb = {}", "warming = false", wanted);
  expect(once.diff.filter((line) => line.startsWith("+"))).toHaveLength(1);
  expect(once.settings("web").scheduled.concurrency).toBe(7);
  const each = await writeInto("api = {}\nweb = { asynchronous = true }", "", wanted);
  expect(each.settings("web").scheduled.concurrency).toBe(7);
});
