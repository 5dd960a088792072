import * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineFlag, defineList, defineOneOf, defineSection, defineText } from "./fields";

/** What an import of a file gives: https://esbuild.github.io/content-types/ */
const LOADERS = ["text", "json", "binary", "base64", "dataurl", "file", "empty", "js", "jsx", "ts", "tsx"] as const;

/** How code is bundled, in the words of AWS SAM and esbuild. */
const bundle = defineSection({
  external: defineList(defineText("a package's name, as in @aws-sdk/*", /^[^\s./*][^\s*]*\*?$/), '["@aws-sdk/*"]')
    .default([])
    .meta({
      description: "Packages that are left out because a layer or Lambda has them; * matches the rest of a name",
    }),
  loader: z
    .record(
      defineText("a file name's ending, as in .html, but not .node", /^\.(?!node$)[\w-]+(\.[\w-]+)*$/),
      defineOneOf(LOADERS),
      { error: 'a map, as in loader = { ".html" = "text" }' },
    )
    .default({})
    .meta({ description: "What an import of a file gives, by the ending of its name", summary: {} }),
  conditions: defineList(defineText("a condition's name", /^[\w:.-]+$/), '["production"]')
    .default([])
    .meta({ description: "Conditions in packages' `exports`, in addition to those of Node.js" }),
  decorator_metadata: defineFlag().default(false).meta({
    description: "Whether decorators get types at run time, as TypeScript's emitDecoratorMetadata gives them",
  }),
  preload: defineList(
    defineText("a file relative to the function's folder, as in ./instrumentation.ts", /^\.\.?\/[^\\\0]+$/),
    '["./instrumentation.ts"]',
  )
    .default([])
    .meta({ description: "Modules that are loaded before the handler" }),
});

/** Keys that decide what is in a function's zip. */
export const codeKeys = {
  handler: defineText(
    "a file without ending and its export, as in index.handler",
    /^(?!.*\.\.)[\w-][\w./-]*\.[A-Za-z_$][\w$]*$/,
  )
    .optional()
    .meta({
      description:
        "Its file without ending, in its folder, and the export that is called; `handler.handler` by default",
    }),
  entry: defineText(
    "a file relative to the project's folder, as in ../orders/src/app.ts",
    /^(?!\/)[^\\\0]+\.[cm]?[jt]s$/,
  )
    .optional()
    .meta({
      description:
        "The handler's file if it is not in functions/: relative to the project's folder, anywhere in its repository, with its own packages and tsconfig.json",
    }),
  files: defineList(
    defineText(
      "a path or pattern relative to the function's folder, with /, as in templates/*.html",
      /^(?!\/|!|[a-zA-Z]:)[^\\\0]+$/,
    ),
    '["templates/*.html"]',
  )
    .default([])
    .meta({
      description:
        "Files that the function reads, as paths or patterns relative to its folder; they are packaged beside its code, where the code finds them through its own folder or through the working folder",
    }),
  bundle: bundle.optional().meta({ description: "How its code is bundled" }),
  packages: defineList(
    defineText(
      "the name of an npm package, as in sharp",
      // https://docs.npmjs.com/cli/configuring-npm/package-json#name
      /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/,
    ),
    '["sharp"]',
  )
    .default([])
    .meta({
      description:
        "npm packages that are not bundled but installed beside the code, from the nearest package-lock.json and for the function's architecture; needed for packages with compiled files",
    }),
};

/** Settings of a function's code. */
interface CodeSettings {
  readonly handler?: string | undefined;
  readonly entry?: string | undefined;
}

/** Finds mistakes in settings of a function's code that are each valid on their own. */
export function findCodeMistakes({ handler, entry }: CodeSettings): CrossFieldMistake[] {
  if (handler === undefined || entry === undefined) return [];
  const file = handler.slice(0, handler.lastIndexOf("."));
  if (`/${entry.replace(/\.[^.]+$/, "")}`.endsWith(`/${file}`)) return [];
  return [{ path: ["handler"], expected: `an export of the file that entry names, ${entry}`, got: handler }];
}
