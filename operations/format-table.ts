/**
 * Lines with columns as wide as what they hold.
 *
 * @param headings empty texts for a table without any
 */
export function formatTextTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = headings.some((heading) => heading !== "") ? [headings, ...rows] : rows;
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}
