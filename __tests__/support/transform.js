// Compiles TypeScript for jest with the esbuild that also bundles functions: no types are checked here, tsc does that.
const { transformSync } = require("esbuild");

module.exports = {
  process: (sourceText, sourcefile) =>
    transformSync(sourceText, {
      loader: "ts",
      format: "cjs",
      platform: "node",
      target: "node20",
      // jest has no import() of its own.
      supported: { "dynamic-import": false },
      // As modules are: otherwise "use strict" is lost with "import".
      tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
      sourcemap: "external",
      sourcefile,
    }),
};
