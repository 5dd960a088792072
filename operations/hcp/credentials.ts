import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { show, makeInvalidInput } from "../../environments/mistakes";
import { readJson, UnusableFile } from "../../environments/text-file";
import { OperationFailure } from "../cli/operation-failure";

/** HCP Terraform's default host. */
const DEFAULT_HOST = "app.terraform.io";

const credentialsFile = z.object({ credentials: z.record(z.string(), z.object({ token: z.string().optional() })) });

/**
 * The host that Terraform would use: https://developer.hashicorp.com/terraform/cli/cloud/settings#tf_cloud_hostname
 *
 * @throws InvalidInput for a value that is not a host: it would send requests, with the token, elsewhere
 */
export function readHcpHost(): string {
  const host = process.env["TF_CLOUD_HOSTNAME"]?.toLowerCase() || DEFAULT_HOST;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/.test(host))
    throw makeInvalidInput("TF_CLOUD_HOSTNAME", `expected a host, as in ${DEFAULT_HOST}, got ${show(host)}`);
  return host;
}

/**
 * The token that Terraform would use: from a variable `TF_TOKEN_…`, or otherwise from where `terraform login` stored it
 * (https://developer.hashicorp.com/terraform/cli/config/config-file#credentials).
 *
 * @throws OperationFailure if there is none
 */
export async function readHcpToken(host: string): Promise<string> {
  const token = readTokenVariable(host) ?? (await readLoginToken(host));
  if (token === undefined || token === "") {
    throw new OperationFailure(
      `there is no token for ${host}: run terraform login${host === DEFAULT_HOST ? "" : ` ${host}`}, or set ${formatTokenVariable(host)}`,
    );
  }
  return token;
}

/** `-` may be written as `__`, and `.` as `_`. */
function readTokenVariable(host: string): string | undefined {
  const prefix = "TF_TOKEN_";
  const [, token] =
    Object.entries(process.env).find(
      ([name]) =>
        name.startsWith(prefix) &&
        name.slice(prefix.length).replaceAll("__", "-").replaceAll("_", ".").toLowerCase() === host,
    ) ?? [];
  return token;
}

function formatTokenVariable(host: string): string {
  return `TF_TOKEN_${host.replaceAll("-", "__").replaceAll(".", "_")}`;
}

async function readLoginToken(host: string): Promise<string | undefined> {
  const folder =
    process.platform === "win32"
      ? join(process.env["APPDATA"] ?? homedir(), "terraform.d")
      : join(process.env["HOME"] ?? homedir(), ".terraform.d");
  const file = join(folder, "credentials.tfrc.json");
  if (!existsSync(file)) return undefined;
  const expected = "expected credentials as terraform login writes them";
  try {
    return credentialsFile.parse(await readJson(file, expected)).credentials[host]?.token;
  } catch (error) {
    throw new OperationFailure(`${file}: ${error instanceof UnusableFile ? error.message : expected}`);
  }
}
