import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { makeStart, World } from "./support";

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe("a new version", () => {
  test("that is as good as the old one gets all requests step by step", async () => {
    const answer = await world.call(makeStart());

    expect(answer).toMatchObject({ status: "completed", from: "41", to: "42", percent: 100 });
    expect(world.live).toBe("42");
    expect(world.alias("warm").version).toBe("42");
    expect(world.alias("live").description).toBe("Traffic enters here, and only here");
    expect(world.events).toEqual(["begin", "step", "wait", "step", "end"]);
  });

  test("that fails goes back, and the deployment is told why", async () => {
    world.behaviors["42"] = { failing: 0.5 };
    const failure = await world.fail(makeStart());

    expect(failure).toMatch(
      /^Version 42 of prod-api has lost its traffic again: .*errors: 50 % of \d+ requests failed/,
    );
    expect(failure).toContain("New failures: TypeError (");
    expect(failure).toContain("For example: TypeError: no answer from https://(masked)@db.example.com.");
    expect(failure).toMatch(
      /query log group \/aws\/lambda\/prod-api from 2026-11-30T13:00:30Z to .*Z: filter @logStream/,
    );
    expect(world.state).toMatchObject({ status: "rolled_back", findings: [{ measure: "errors" }] });
    expect(world.alias("live").description).toMatch(
      /^Traffic enters here, and only here\. Rolled back from version 42 at 2026-11-30T13:0\d:\d\dZ: .*errors/,
    );
    expect(world.events).toEqual(["begin", "step", "end"]);
    expect(world.alias("warm").version).toBe("41");
    expect(world.live).toBe("41");
  });
});
