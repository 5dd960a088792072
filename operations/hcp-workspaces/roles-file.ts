import * as z from "zod";
import { InvalidInput } from "../../environments/mistakes";
import { readJson, UnusableFile } from "../../environments/text-file";

const arn = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);
const roles = z.record(z.string(), z.object({ plan: arn, deploy: arn }));

/** The ARNs of the roles that plan and deploy, by environment. */
export type Roles = Readonly<Record<string, { readonly plan: string; readonly deploy: string }>>;

/**
 * Reads what `terraform output -json roles` has written in the bootstrap stack's folder.
 *
 * @param path of the file
 * @param file the same, as the user wrote it
 * @throws InvalidInput if it cannot be read or is something else
 */
export async function readRoles(path: string, file: string): Promise<Roles> {
  let content: unknown;
  try {
    content = await readJson(path);
  } catch (error) {
    throw error instanceof UnusableFile ? new InvalidInput([{ file, message: error.message }]) : error;
  }
  const result = roles.safeParse(content);
  if (result.success) return result.data;
  const message = `expected the roles' ARNs as { "prod": { "plan": "arn:aws:iam::…", "deploy": "arn:aws:iam::…" } }`;
  throw new InvalidInput([{ file, message }]);
}
