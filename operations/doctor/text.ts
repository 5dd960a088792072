import { formatTable } from "../document/text";
import { type CheckFinding } from "./check";

/** Results for a terminal: one line each, the fix below each problem, and their numbers. */
export function formatFindings(environment: string, findings: readonly CheckFinding[]): string[] {
  const shown = foldFindings(findings);
  const rows = shown.map(({ outcome, check, detail }) => [outcome, check, detail]);
  const lines = formatTable(["", "", ""], rows);
  const count = (wanted: CheckFinding["outcome"]) => findings.filter(({ outcome }) => outcome === wanted).length;
  return [
    `${environment}:`,
    ...shown.flatMap(({ fix }, index) => [
      lines[index] ?? "",
      ...(fix?.split("\n").map((line) => `      -> ${line}`) ?? []),
    ]),
    `${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("skipped")} skipped`,
  ];
}

/** Merges all that were skipped for the same cause, at the place of the first one. */
function foldFindings(findings: readonly CheckFinding[]): CheckFinding[] {
  return findings.flatMap((finding, index) => {
    const { cause } = finding;
    if (cause === undefined) return [finding];
    const alike = findings.filter((other) => other.cause === cause);
    if (alike.length === 1) return [finding];
    if (findings.findIndex((other) => other.cause === cause) !== index) return [];
    const { detail = "" } = findings.find(({ check }) => check === cause) ?? {};
    return [{ ...finding, check: `${alike.length} checks`, detail: `because of ${cause}: ${detail}` }];
  });
}
