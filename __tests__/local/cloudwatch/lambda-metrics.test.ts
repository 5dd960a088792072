import { expect, test } from "@jest/globals";
import { buildLambdaMetrics } from "../../../local/cloudwatch/lambda-metrics";
import { type InvocationReport } from "../../../local/lambda/local-function";

const REPORT: InvocationReport = {
  ...{ requestId: "r1", functionName: "api", qualifier: undefined, codeFolder: "/code", outcome: "success" },
  ...{ concurrent: 1, waitedMilliseconds: 12, milliseconds: 10 },
};

const OF_FUNCTION = { FunctionName: "api" };
const OF_ALIAS = { FunctionName: "api", Resource: "api:live" };

test.each<[string, Partial<InvocationReport>, readonly object[]]>([
  ["without a qualifier counts for the function", {}, [OF_FUNCTION]],
  [
    "by a version's number counts for that too",
    { qualifier: "2" },
    [OF_FUNCTION, { ...OF_FUNCTION, Resource: "api:2" }],
  ],
  [
    "through an alias counts for the alias, and for the version behind it",
    { qualifier: "live", executedVersion: "2" },
    [OF_FUNCTION, OF_ALIAS, { ...OF_ALIAS, ExecutedVersion: "2" }],
  ],
  ["that was throttled reached no version", { qualifier: "live", outcome: "throttled" }, [OF_FUNCTION, OF_ALIAS]],
])("an invocation %s", (_, more, dimensions) => {
  const samples = buildLambdaMetrics({ ...REPORT, ...more }, 0);

  const [first] = samples;
  expect(samples.filter(({ name }) => name === first?.name).map((sample) => sample.dimensions)).toEqual(dimensions);
});
