import { jest } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const { load } = jest.requireActual<{ readonly load: (yaml: string) => unknown }>("js-yaml");

const FOLDER = ".github/workflows";

const PERMISSIONS = z.record(z.string(), z.enum(["read", "write"]));
const STEP = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const JOB = z.object({
  if: z.string().optional(),
  uses: z.string().optional(),
  secrets: z.record(z.string(), z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  permissions: PERMISSIONS,
  environment: z.string().optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  "timeout-minutes": z.number().optional(),
  "runs-on": z.string().optional(),
  strategy: z.record(z.string(), z.unknown()).optional(),
  steps: z.array(STEP).optional(),
});
const WORKFLOW = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({}).strict(),
  defaults: z.object({ run: z.object({ shell: z.literal("bash") }) }).optional(),
  jobs: z.record(z.string(), JOB),
});

/** A job of a workflow. */
export type Job = z.infer<typeof JOB>;

/** The workflows' names. */
export const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));
/** A workflow as it is written. */
export const readWorkflowText = (file: string) => readFileSync(join(FOLDER, file), "utf8");
/** A workflow, parsed. */
export const readWorkflow = (file: string) => WORKFLOW.parse(load(readWorkflowText(file)));
/** The steps of all of a workflow's jobs. */
export const listSteps = (file: string) => Object.values(readWorkflow(file).jobs).flatMap((job) => job.steps ?? []);

/** What a step runs. */
export function findScript(file: string, step: string): string {
  const run = listSteps(file).find(({ name }) => name === step)?.run;
  if (run === undefined) throw new Error(`${file} has no step ${step}`);
  return run;
}
