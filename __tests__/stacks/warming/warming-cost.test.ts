import { expect, test } from "@jest/globals";
import { loadEnvironments } from "../../../environments/load";
import { warmingCost } from "../../../stacks/warming/warming-cost";
import { makeProject, tfvars } from "../../support/project";

const PERIODS_OF_FIVE_MINUTES = (730 * 60) / 5;

/** What keeping the one function of an environment warm costs, by strategy. */
async function costs(warming: string, more = "") {
  const functions = `api = { warming = { ${warming} }${more} }`;
  const root = makeProject({ "environments/dev.tfvars": tfvars({ functions }) });
  const [dev] = await loadEnvironments(root);
  return Object.fromEntries(dev ? warmingCost(dev).map((cost) => [cost.what, cost]) : []);
}

test("a fixed number is pinged in each round", async () => {
  const { scheduled } = await costs("scheduled = { every_minutes = 5, concurrency = 4 }, peak = { enabled = false }");

  expect(scheduled?.pings).toEqual([4 * PERIODS_OF_FIVE_MINUTES, 4 * PERIODS_OF_FIVE_MINUTES]);
});

test("with conditional warming, rounds every minute ping no more than those every five: the others find instances still warm", async () => {
  const { scheduled, "reading usage": reading } = await costs(
    "scheduled = { every_minutes = 1 }, peak = { enabled = false }, conditional = { enabled = true, minimum = 1, maximum = 8 }",
  );

  expect(scheduled?.pings).toEqual([PERIODS_OF_FIVE_MINUTES, 8 * PERIODS_OF_FIVE_MINUTES]);
  // Once in 15 minutes, one metric to three, at $0.01 per 1,000.
  expect(reading?.dollars[0]).toBeCloseTo(730 * 4 * 0.00001);
  expect(reading?.dollars[1]).toBeCloseTo(3 * 730 * 4 * 0.00001);
});

test.each([
  ["reserved_concurrency = 1", 0],
  ["reserved_concurrency = 3", 2],
  ["reserved_concurrency = 100", 4],
])("with %s, of four instances only %i are pinged: one stays free for requests", async (reserved, pinged) => {
  const warming = "scheduled = { every_minutes = 5, concurrency = 4 }, peak = { enabled = false }";
  const followingUse = `${warming}, conditional = { enabled = true, minimum = 4, maximum = 4 }`;
  const preDeployment = "pre_deployment = { every_seconds = 60, for_minutes = 10, concurrency = 4 }";

  const fixed = await costs(`${warming}, ${preDeployment}`, `, ${reserved}`);
  const { scheduled } = await costs(followingUse, `, ${reserved}`);

  const perMonth = pinged * PERIODS_OF_FIVE_MINUTES;
  expect([fixed["scheduled"]?.pings, scheduled?.pings]).toEqual([
    [perMonth, perMonth],
    [perMonth, perMonth],
  ]);
  expect(fixed["before a deployment"]?.pings).toEqual([pinged * 10, pinged * 10]);
});
