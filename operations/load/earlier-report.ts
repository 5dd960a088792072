import { readFile } from "node:fs/promises";
import { InvalidInput } from "../../environments/mistakes";
import { explainFileError } from "../report-files";
import { type Report, reportSchema } from "./report-schema";

/**
 * Reads an earlier run's JSON file.
 *
 * @throws InvalidInput when it is none
 */
export async function readEarlierReport(file: string): Promise<Report> {
  const refuse = (message: string) => new InvalidInput([{ file, message }]);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw refuse(`cannot be read: ${explainFileError(error)}`);
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw refuse("expected the JSON file of an earlier run, got something else");
  }
  const parsed = reportSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`expected the JSON file of an earlier run: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
