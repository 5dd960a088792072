/** Loaded before a measured program (node --require), so that it tells its maximum resident set size, in KiB, as it ends. */
const { writeFileSync } = process.getBuiltinModule("node:fs");
process.on("exit", () => {
  writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS));
});
