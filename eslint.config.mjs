import eslint from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import jsdoc from "eslint-plugin-jsdoc";
import { defineConfig } from "eslint/config";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

const restricted = {
  paths: [
    // The package's root loads every AWS resource: seconds and hundreds of megabytes.
    { name: "@cdktf/provider-aws", message: "Import the resource: @cdktf/provider-aws/lib/<resource>." },
  ],
  patterns: [
    // So that cdktf's successor can replace it.
    { group: ["cdktf/*", "constructs/*"], message: "Import what the package exports at its root." },
  ],
};

/**
 * Imports point one way: performance <- warming <- rollout <- functions; performance, warming, rollout, environments <-
 * model <- stacks <- main. The advisor looks at the model and warming; operations and local may look at all of them.
 */
const ROOMS = [
  "performance",
  "warming",
  "rollout",
  "functions",
  "environments",
  "model",
  "stacks",
  "advisor",
  "local",
  "operations",
  "main",
];
const MAY_IMPORT = {
  performance: [],
  warming: ["performance"],
  rollout: ["performance", "warming"],
  // Of stacks, only what a function's infrastructure.ts is called with.
  functions: ["performance", "warming", "rollout", "model", "stacks"],
  environments: ["performance", "rollout"],
  model: ["performance", "warming", "rollout", "environments"],
  stacks: ["performance", "warming", "rollout", "environments", "model"],
  advisor: ["warming", "model"],
  local: ["performance", "warming", "rollout", "environments", "model", "stacks"],
  operations: ["performance", "warming", "rollout", "functions", "environments", "model", "stacks", "advisor", "local"],
};

/** Of operations: what topics share. Every other folder but commands/ is a topic, which imports no other one. */
const SHARED = [
  "alarms",
  "aws",
  "budgets",
  "cli",
  "dashboard",
  "document",
  "hcp",
  "http",
  "rollouts",
  "synthesis",
  "targets",
  "tfvars",
];
const TOPICS = readdirSync("operations", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && ![...SHARED, "commands"].includes(entry.name))
  .map(({ name }) => name);

const inOperations = (names) => names.map((name) => `./operations/${name}`);
const BORDERS = [
  ...Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
    target: `./${room}`,
    from: ROOMS.filter((other) => other !== room && !allowed.includes(other)).map((other) =>
      other === "main" ? "./main.ts" : `./${other}`,
    ),
    message: `Imports point one way: ${room} imports ${allowed.join(", ") || "no other room"}.`,
  })),
  ...TOPICS.map((topic) => ({
    target: `./operations/${topic}`,
    from: inOperations([...TOPICS.filter((other) => other !== topic), "commands", "program.ts"]),
    message: `A topic imports no other one: what several need is in ${SHARED.join(", ")}.`,
  })),
  {
    target: inOperations(SHARED),
    from: inOperations([...TOPICS, "commands", "program.ts"]),
    message: "What topics share imports none of them.",
  },
];

export default defineConfig(
  { ignores: ["cdktf.out*", "coverage", "dist", "benchmarks/node_modules", "examples", "package/project"] },
  // Users' own functions follow their own rules.
  {
    ignores: [
      "functions/*",
      "!functions/api",
      "!functions/alarm-notifier",
      "!functions/rollout-controller",
      "!functions/warmer",
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.mjs", "*.js"] } } },
    plugins: { jsdoc, "@stylistic": stylistic, "import-x": importX },
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })],
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Numbers in messages and addresses are intended as they are.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: true,
          contexts: [
            "TSInterfaceDeclaration",
            "TSTypeAliasDeclaration",
            "ExportNamedDeclaration > VariableDeclaration",
          ],
        },
      ],
      // Prettier wraps code, but not comments.
      "@stylistic/max-len": ["error", { code: 10_000, comments: 120, ignoreUrls: true }],
      "no-restricted-imports": ["error", restricted],
      "import-x/no-restricted-paths": ["error", { zones: BORDERS }],
      "import-x/no-cycle": "error",
    },
  },
  {
    files: ["functions/**/*.ts", "__tests__/**/*.ts"],
    // Lambda expects a promise from a handler, whether or not it waits for anything.
    rules: { "@typescript-eslint/require-await": "off" },
  },
  {
    files: ["__tests__/**/*.ts"],
    rules: {
      // Thrown values may not be errors, and tests must cover that.
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
    },
  },
  {
    // What loads cdktf synthesizes: a command that only reads AWS or files starts without it.
    files: ["**/*.ts"],
    ignores: ["stacks/**", "main.ts", "functions/*/infrastructure.ts", "__tests__/**", "benchmarks/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ regex: "^(cdktf|constructs|@cdktf/provider-aws)(/|$)", message: "Only stacks/ loads cdktf." }],
        },
      ],
    },
  },
  {
    // A topic never sees a command or an answer of the SDK: operations/aws answers in the house's own terms.
    files: ["operations/**/*.ts"],
    ignores: ["operations/aws/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@aws-sdk/*", "@smithy/*"], message: "operations/aws/ is the only place that knows AWS's SDK." },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ImportExpression > Literal[value=/^@(aws-sdk|smithy)\\u002f/]",
          message: "operations/aws/ is the only place that knows AWS's SDK.",
        },
      ],
    },
  },
  { files: ["**/*.mjs", "**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  {
    // Plain CommonJS: these run as they are, without a compiler.
    files: ["**/*.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        console: "readonly",
        process: "readonly",
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        __filename: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
