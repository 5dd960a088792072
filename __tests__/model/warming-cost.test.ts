import { expect, test } from "@jest/globals";
import { loadEnvironments } from "../../environments/load";
import { priceWarming } from "../../model/warming-cost";
import { makeProject, makeTfvars } from "../support/project";

const PERIODS_OF_FIVE_MINUTES = (730 * 60) / 5;

/** What keeping the one function of an environment warm costs, by strategy. */
async function costs(warming: string, more = "") {
  const functions = `api = { warming = { ${warming} }${more} }`;
  const root = makeProject({ "environments/dev.tfvars": makeTfvars({ functions }) });
  const [dev] = await loadEnvironments(root);
  return Object.fromEntries(dev ? priceWarming(dev).map((cost) => [cost.what, cost]) : []);
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
  // Once in two hours, one metric, at $0.01 per 1,000; several metrics are read less often.
  expect(reading?.dollars).toEqual([365 * 0.00001, 365 * 0.00001].map((dollars) => expect.closeTo(dollars, 8)));
});

test("with conditional warming, reserved concurrency bounds the most that usage can ask for", async () => {
  const { scheduled } = await costs(
    "scheduled = { every_minutes = 5 }, peak = { enabled = false }, conditional = { enabled = true, minimum = 1 }",
    ", reserved_concurrency = 8",
  );

  expect(scheduled?.pings).toEqual([PERIODS_OF_FIVE_MINUTES, 7 * PERIODS_OF_FIVE_MINUTES]);
});

test.each([
  ["reserved_concurrency = 1", 0, 0],
  ["reserved_concurrency = 3", 2, 2],
  ["reserved_concurrency = 5", 3, 4],
  ["reserved_concurrency = 100", 3, 10],
])(
  "with %s, of the defaults, 3 and 10, only %i and %i instances are pinged: one stays free for requests",
  async (reserved, pinged, beforeDeployment) => {
    const warming = "scheduled = { every_minutes = 5 }, peak = { enabled = false }";
    const preDeployment = "pre_deployment = { every_seconds = 60, for_minutes = 10 }";

    const fixed = await costs(`${warming}, ${preDeployment}`, `, ${reserved}`);

    const perMonth = pinged * PERIODS_OF_FIVE_MINUTES;
    expect(fixed["scheduled"]?.pings).toEqual([perMonth, perMonth]);
    expect(fixed["before a deployment"]?.pings).toEqual([beforeDeployment * 10, beforeDeployment * 10]);
  },
);
