import { InvalidInput } from "../../environments/mistakes";
import { readJson, UnusableFile } from "../../environments/text-file";
import { type LoadReport, loadReportSchema } from "./report-schema";

/**
 * Reads an earlier run's JSON file.
 *
 * @throws InvalidInput if it is not one
 */
export async function readEarlierReport(file: string): Promise<LoadReport> {
  const refuse = (message: string) => new InvalidInput([{ file, message }]);
  const content = await readJson(file, "expected the JSON file of an earlier run, got something else").catch(
    (error: unknown) => {
      throw error instanceof UnusableFile ? refuse(error.message) : error;
    },
  );
  const parsed = loadReportSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`expected the JSON file of an earlier run: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
