const CONTEXT = 2;

/** The lines that differ between two texts, with a few around them, as `diff -u` writes them. */
export function compareLines(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  // How many lines the rests from each place on have in common.
  const common = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (row: number, column: number) => common[row]?.[column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = now.length - 1; column >= 0; column--) {
      const longest =
        old[row] === now[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
      common[row]?.splice(column, 1, longest);
    }
  }
  const marked: string[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      marked.push(`  ${old[row++] ?? ""}`);
      column++;
    } else if (row < old.length && at(row + 1, column) >= at(row, column + 1)) marked.push(`- ${old[row++] ?? ""}`);
    else marked.push(`+ ${now[column++] ?? ""}`);
  }
  const isNear = marked.map((_, index) =>
    marked.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => !line.startsWith(" ")),
  );
  return marked.filter((_, index) => isNear[index]).map((line) => line.trimEnd());
}
