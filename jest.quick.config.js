/** `npm test`: all but the tests that take long, which end in `.slow.test.ts`. */
module.exports = { ...require("./jest.config"), testPathIgnorePatterns: ["/node_modules/", "\\.slow\\.test\\.ts$"] };
