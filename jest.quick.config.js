const all = require("./jest.config");

/** `npm test`: all tests except slow ones, which end in `.slow.test.ts`, and property tests with fewer runs. */
module.exports = {
  ...all,
  testPathIgnorePatterns: ["/node_modules/", "\\.slow\\.test\\.ts$"],
  setupFiles: [...all.setupFiles, "<rootDir>/__tests__/support/fewer-runs.ts"],
};
