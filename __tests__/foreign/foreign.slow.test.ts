import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { join } from "node:path";
import { type LocalEnvironment, startLocalEnvironment } from "../../local/local-environment";
import { TABLE_STREAM } from "../support/environments";
import { makeExistingResources } from "../support/existing-resources";
import { makeProject, makeTfvars, synthesizeProject } from "../support/project";
import { isTerraformUsable, listChanges, OFFLINE, skip, TerraformFolder } from "../support/terraform";
import { FOREIGN } from "./functions";

/** Ends what never ends: no step may depend on how busy the computer is. */
const LIMIT_MS = 900_000;

/** In another language: it is deployed and watched, and does not run on this computer. */
const PYTHON =
  'python = {\npackage = { file = "build/python.zip", handler = "app.handler", runtime = "python3.13" }\n}';

const TFVARS = makeTfvars({
  functions: [...Object.entries(FOREIGN).map(([name, { settings }]) => `${name} = {\n${settings}\n}`), PYTHON]
    .join("\n")
    .replaceAll('"STREAM"', `"${TABLE_STREAM}"`),
});

const makeForeignProject = (tfvars = TFVARS) =>
  makeProject({
    "environments/foreign.tfvars": tfvars,
    "build/python.zip": zipSync({ "app.py": strToU8("def handler(event, context):\n    return event\n") }),
    ...Object.fromEntries(
      Object.entries(FOREIGN).flatMap(([name, { files }]) =>
        Object.entries(files).map(([file, text]) => [`functions/${name}/${file}`, text]),
      ),
    ),
  });

describe("functions of others, as they are", () => {
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await startLocalEnvironment({
      environment: "foreign",
      root: makeForeignProject(),
      port: 0,
      warming: false,
    });
  }, LIMIT_MS);
  afterAll(() => environment.close());

  test.each(Object.entries(FOREIGN))(
    "%s answers on this computer",
    async (name, { event, answer }) => {
      const { payload } = await environment.invoke(`foreign-${name}`, "live", event);
      expect(JSON.parse(payload)).toEqual(answer);
    },
    LIMIT_MS,
  );
});

const validated = isTerraformUsable("functions of others in real Terraform") ? describe : describe.skip;

validated("functions of others in real Terraform", () => {
  test(
    "are valid, and planned",
    async () => {
      const { outdir } = await synthesizeProject(makeForeignProject());
      const stack = new TerraformFolder(join(outdir, "stacks/foreign"));
      stack.override(OFFLINE);
      stack.run(["init", "-input=false"]);
      const planned = stack.plan().resource_changes.filter(({ address }) => address.startsWith("aws_lambda_alias."));
      expect(planned).toHaveLength(2 * (Object.keys(FOREIGN).length + 1));
    },
    LIMIT_MS,
  );
});

const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
const isEmulated = endpoint !== "" || skip("apply of functions of others", "AWS_ENDPOINT_URL names no AWS emulator");
const applied = isEmulated ? describe : describe.skip;

applied("functions of others on an AWS emulator", () => {
  test(
    "are applied, have nothing left to change, and are destroyed",
    async () => {
      const root = makeForeignProject(await makeExistingResources(endpoint, TFVARS));
      const stack = new TerraformFolder(join((await synthesizeProject(root)).outdir, "stacks/foreign"));
      stack.override({
        terraform: { backend: { local: {} } },
        provider: { aws: { access_key: "made-up", secret_key: "made-up", s3_use_path_style: true } },
      });
      stack.run(["init", "-input=false"]);
      stack.run(["apply", "-auto-approve", "-input=false"]);
      expect(listChanges(stack.plan())).toEqual([]);
      stack.run(["destroy", "-auto-approve"]);
      expect(stack.run(["state", "list"]).output).toBe("");
    },
    LIMIT_MS,
  );
});
