/**
 * Loaded before a measured program (node --require): as it ends, writes what the program has put into
 * `globalThis.figures`, and its maximum resident set size, in KiB.
 */
const { writeFileSync } = process.getBuiltinModule("node:fs");
process.on("exit", () => {
  const { maxRSS } = process.resourceUsage();
  writeFileSync(process.env.FIGURES_FILE, JSON.stringify({ maxRSS, figures: globalThis.figures ?? {} }));
});
