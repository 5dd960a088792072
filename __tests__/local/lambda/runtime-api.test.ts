import { expect, test } from "@jest/globals";
import { request } from "node:http";
import { RuntimeApi, type RuntimeReport } from "../../../local/lambda/runtime-api";
import { startFunction } from "./support";

test("a client context may have line ends and any characters", async () => {
  const started = await startFunction("export const handler = async (event, { clientContext }) => clientContext;");
  const context = '{\n  "custom": { "name": "✓ ü \\n 💡" }\n}';

  const response = await fetch(`${started.lambda.url}/2015-03-31/functions/api/invocations`, {
    method: "POST",
    headers: { "X-Amz-Client-Context": Buffer.from(context).toString("base64") },
  });

  expect(await response.json()).toEqual({ custom: { name: "✓ ü \n 💡" } });
});

test("a client context may be nested deeply", async () => {
  const started = await startFunction("export const handler = async () => 1;");

  const response = await fetch(`${started.lambda.url}/2015-03-31/functions/api/invocations`, {
    method: "POST",
    headers: { "X-Amz-Client-Context": Buffer.from("[".repeat(5000) + "]".repeat(5000)).toString("base64") },
  });

  expect([response.status, await response.text()]).toEqual([200, "1"]);
});

test("an error is taken with a long cause in a header, as AWS's runtime client tells it", async () => {
  const reports: RuntimeReport[] = [];
  const api = await RuntimeApi.listen((report) => reports.push(report));
  const body = '{"errorType":"Error","errorMessage":"long"}';

  const status = await new Promise((resolve, reject) => {
    const url = `http://${api.address}/2018-06-01/runtime/init/error`;
    const headers = { "Lambda-Runtime-Function-XRay-Error-Cause": "x".repeat(200_000) };
    request(url, { method: "POST", headers }, (response) => {
      response.resume().on("end", () => {
        resolve(response.statusCode);
      });
    })
      .on("error", reject)
      .end(body);
  });
  api.close();

  expect(status).toBe(202);
  expect(reports).toEqual([{ kind: "initError", body }]);
});
