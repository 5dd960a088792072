/** `npm test`: all tests except slow ones, which end in `.slow.test.ts`. */
module.exports = { ...require("./jest.config"), testPathIgnorePatterns: ["/node_modules/", "\\.slow\\.test\\.ts$"] };
