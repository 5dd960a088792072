/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/benchmarks"],
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false }] },
};
