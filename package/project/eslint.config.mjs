import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["cdktf.out*"] },
  eslint.configs.recommended,
  tseslint.configs.recommended,
  // Names that Node.js has, and TypeScript knows.
  { files: ["**/*.{js,cjs,mjs}"], rules: { "no-undef": "off" } },
  { files: ["**/*.{js,cjs}"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
