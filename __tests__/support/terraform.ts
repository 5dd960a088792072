import { afterAll } from "@jest/globals";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { makeTemporaryFolder } from "./project";

/** Made-up credentials, and nothing that would ask AWS whether they are any good. */
export const OFFLINE = {
  terraform: { backend: { local: {} } },
  provider: {
    aws: {
      access_key: "made-up",
      secret_key: "made-up",
      skip_credentials_validation: true,
      skip_requesting_account_id: true,
      skip_metadata_api_check: true,
    },
  },
};

/** An emulator is spoken to without TLS, which the policy of the bucket for code refuses. */
export const WITHOUT_TLS = {
  aws_s3_bucket_policy: {
    code_tls: {
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::123456789012:root" },
            Action: "s3:ListBucket",
            Resource: "${aws_s3_bucket.code.arn}",
          },
        ],
      }),
    },
  },
};

/** The provider is large: it is fetched once per test file, not once per stack. */
const pluginCache = makeTemporaryFolder();

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 50;

let running: { readonly folder: string; readonly process: ChildProcess; readonly reattach: string } | undefined;

afterAll(endProvider);

function endProvider(): void {
  running?.process.stdin?.end();
  running = undefined;
}

/**
 * The provider takes longer to start than to plan: one serves all runs in a folder, until there is one in another.
 * Returns how it is found, where one is installed: https://developer.hashicorp.com/terraform/plugin/debugging
 */
function runProvider(folder: string): string | undefined {
  if (running?.folder === folder) return running.reattach;
  endProvider();
  // Terraform's log has only lines of a provider that it has started itself.
  if (process.env["TF_LOG_PROVIDER"] !== undefined) return undefined;
  const [binary] = globSync(".terraform/providers/**/terraform-provider-aws_*", { cwd: folder, absolute: true });
  if (binary === undefined) return undefined;
  const log = join(makeTemporaryFolder(), "provider.log");
  // It ends with its standard input, and so with this process, however that ends.
  const started = spawn("sh", ["-c", '"$0" -debug & cat; kill $!; wait', binary], {
    cwd: folder,
    stdio: ["pipe", openSync(log, "w"), "ignore"],
    // It takes such certificates once only: https://github.com/hashicorp/terraform-provider-aws/issues/23182
    env: { ...process.env, AWS_CA_BUNDLE: undefined },
  });
  for (let waited = 0; waited < START_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const [, reattach] = /TF_REATTACH_PROVIDERS='(.*)'/.exec(readFileSync(log, "utf8")) ?? [];
    if (reattach !== undefined) {
      running = { folder, process: started, reattach };
      return reattach;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MILLISECONDS);
  }
  throw new Error(`${binary} does not start`);
}

/**
 * Whether real Terraform can be used: it is installed, and can get the AWS provider. Where it cannot, says loudly what
 * is not tested and why.
 */
export function isTerraformUsable(tested: string): boolean {
  if (spawnSync("terraform", ["version"]).error) return skip(tested, "there is no terraform on the PATH");
  const probe = new TerraformFolder();
  probe.override({
    terraform: { required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" } } },
  });
  const { code, output } = probe.run(["init", "-input=false"], [0, 1]);
  return (
    code === 0 ||
    skip(tested, `terraform init cannot get the AWS provider: ${/Error: .*/.exec(output)?.[0] ?? "it fails"}`)
  );
}

const LINE_LENGTH = 120;

/** Says in one line that something is not tested, and why. */
export function skip(tested: string, why: string): false {
  const line = `SKIPPED: ${tested}: ${why}`.replaceAll(/\s+/g, " ");
  process.stderr.write(`\n${line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line}\n`);
  return false;
}

/** A folder, and terraform run in it. */
export class TerraformFolder {
  readonly folder = makeTemporaryFolder();

  /** @param stackFolder is copied, so that what Terraform leaves behind does not get into the next test */
  constructor(stackFolder?: string) {
    if (stackFolder !== undefined) cpSync(stackFolder, this.folder, { recursive: true });
  }

  /** Lays a file over the configuration: https://developer.hashicorp.com/terraform/language/files/override */
  override(configuration: object): void {
    writeFileSync(join(this.folder, "test_override.tf.json"), JSON.stringify(configuration));
  }

  /** Runs terraform and returns what it prints; fails with that when its exit code is none of those expected. */
  run(args: readonly string[], expected: readonly number[] = [0]): { readonly output: string; readonly code: number } {
    const settings = { ...this.makeSettings(args), encoding: "utf8", maxBuffer: 1e8 } as const;
    const { status, stdout, stderr } = spawnSync("terraform", args, settings);
    const code = status ?? -1;
    const output = stdout + stderr;
    if (!expected.includes(code)) throw new Error(`terraform ${args.join(" ")} exited ${code}\n${output}`);
    return { output, code };
  }

  /** Starts terraform, and does not wait for its end. */
  start(args: readonly string[]): ChildProcess {
    return spawn("terraform", args, { ...this.makeSettings(args), stdio: "ignore" });
  }

  /** Plans and returns the plan's JSON: https://developer.hashicorp.com/terraform/internals/json-format */
  plan(): TerraformPlan {
    this.run(["plan", "-input=false", "-out=plan.bin"]);
    return JSON.parse(this.run(["show", "-json", "plan.bin"]).output) as TerraformPlan;
  }

  private makeSettings([command]: readonly string[]) {
    return {
      cwd: this.folder,
      env: {
        ...process.env,
        CHECKPOINT_DISABLE: "1",
        TF_IN_AUTOMATION: "1",
        TF_CLI_ARGS: "-no-color",
        TF_PLUGIN_CACHE_DIR: pluginCache,
        // `init` installs only a provider that is not running.
        ...(command !== "init" && { TF_REATTACH_PROVIDERS: runProvider(this.folder) }),
      },
    };
  }
}

/** The part of a plan's JSON that tests look at. */
export interface TerraformPlan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly before: Readonly<Record<string, unknown>> | null;
      readonly after: Readonly<Record<string, unknown>>;
    };
  }[];
}

/**
 * The addresses that a plan would change, but for what an emulator reports otherwise than AWS: a mapping's alias as its
 * version, and a queue's JSON with spaces.
 */
export function listChanges({ resource_changes: changes }: TerraformPlan): string[] {
  const normalize = (key: string, value: unknown): unknown => {
    if (key === "redrive_policy" && typeof value === "string" && value !== "") return JSON.parse(value);
    return key === "function_name" ? String(value).replace(/:(live|\d+)$/, "") : value;
  };
  const isSame = (before: object | null, after: object) =>
    Object.entries({ ...before }).every(
      ([key, value]) =>
        JSON.stringify(normalize(key, value)) ===
        JSON.stringify(normalize(key, (after as Record<string, unknown>)[key])),
    );
  return changes
    .filter(({ change: { actions, before, after } }) =>
      actions.join() === "update" ? !isSame(before, after) : !["no-op", "read"].includes(actions.join()),
    )
    .map(({ address }) => address);
}
