/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/benchmarks", "<rootDir>/dist", "<rootDir>/examples"],
  transform: { "\\.ts$": "<rootDir>/__tests__/support/transform.js" },
  setupFiles: ["<rootDir>/__tests__/support/setup.ts"],
  // Many tests wait for a process or a browser, and leave their core to others.
  maxWorkers: "100%",
  // A worker keeps some of what each test file has loaded, and takes ever longer to look through it.
  workerIdleMemoryLimit: "700MB",
  // Ends tests that hang. No test may depend on how busy the computer is.
  testTimeout: 120_000,
};
