import * as z from "zod";
import { type FilePlace } from "./arns";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineFlag, defineList, defineOneOf, defineSection, defineText } from "./fields";
import { type NodeRuntime, type Runtime, RUNTIMES } from "./runtimes";

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

/** A zip that something else has built. */
const finishedPackage = defineSection(
  {
    file: defineText(
      "a zip relative to the project's folder, as in build/orders.zip",
      /^(?!\/)[^\\\0]+\.(zip|jar)$/,
    ).meta({
      description: "The zip, relative to the project's folder, anywhere in its repository",
    }),
    handler: defineText("a handler as its runtime names it, as in app.handler", /^[^\s]{1,128}$/).meta({
      description: "What is called, as the runtime names it",
    }),
    runtime: defineOneOf(Object.keys(RUNTIMES) as [Runtime, ...Runtime[]]).meta({ description: "What it runs on" }),
  },
  'a map, as in package = { file = "build/orders.zip", handler = "app.handler", runtime = "python3.13" }',
);

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
const image = defineText(
  "an image in ECR by its digest, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:…",
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[a-z0-9]+([._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/,
);

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
  package: finishedPackage.optional().meta({
    description: "A finished zip instead of code to bundle; it is monitored from the platform's reports",
  }),
  image: image
    .optional()
    .meta({ description: "A container image instead of code to bundle; it is monitored from the platform's reports" }),
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
export interface CodeSettings {
  readonly handler?: string | undefined;
  readonly entry?: string | undefined;
  readonly files: readonly string[];
  readonly packages: readonly string[];
  readonly bundle?: object | undefined;
  readonly package?: Readonly<z.output<typeof finishedPackage>> | undefined;
  readonly image?: string | undefined;
}

/** Settings that depend on a function's code. */
interface Checked extends CodeSettings {
  readonly runtime?: string | undefined;
  readonly layers: readonly string[];
  readonly runtimeSettings?: object | undefined;
}

/** Whether a function's code is bundled from here, and not a finished package or an image. */
export function isBundled({ package: finished, image }: Pick<CodeSettings, "package" | "image">): boolean {
  return finished === undefined && image === undefined;
}

/** What a function's code runs on; undefined for an image, which brings its own. */
export function findRuntime(settings: {
  readonly runtime: NodeRuntime;
  readonly package?: CodeSettings["package"];
  readonly image?: string | undefined;
}): Runtime | undefined {
  return settings.image === undefined ? (settings.package?.runtime ?? settings.runtime) : undefined;
}

/** Finds mistakes in settings of a function's code that are each valid on their own. */
export function findCodeMistakes(settings: Checked, { region }: FilePlace): CrossFieldMistake[] {
  const { handler, entry, image } = settings;
  const mistakes: CrossFieldMistake[] = [];
  if (handler !== undefined && entry !== undefined) {
    const file = handler.slice(0, handler.lastIndexOf("."));
    if (!`/${entry.replace(/\.[^.]+$/, "")}`.endsWith(`/${file}`)) {
      mistakes.push({ path: ["handler"], expected: `an export of the file that entry names, ${entry}`, got: handler });
    }
  }
  if (image !== undefined) {
    const [, place] = /\.ecr\.([a-z0-9-]+)\./.exec(image) ?? [];
    if (place !== region) {
      mistakes.push({ path: ["image"], expected: `an image in the environment's region, ${region}`, got: place });
    }
  }
  return isBundled(settings) ? mistakes : [...mistakes, ...findUselessSettings(settings)];
}

/** Finds settings that a finished package or an image leaves without effect, or that AWS refuses beside them. */
function findUselessSettings(settings: Checked): CrossFieldMistake[] {
  const { handler, entry, files, packages, bundle, image, runtime, layers, runtimeSettings } = settings;
  const kind = image === undefined ? "package" : "image";
  const isSet: Readonly<Record<string, boolean>> = {
    handler: handler !== undefined,
    entry: entry !== undefined,
    files: files.length > 0,
    packages: packages.length > 0,
    bundle: bundle !== undefined,
    runtime: runtime !== undefined,
    ...(image === undefined
      ? {}
      : {
          package: settings.package !== undefined,
          layers: layers.length > 0,
          runtime_settings: runtimeSettings !== undefined,
        }),
  };
  return Object.entries(isSet).flatMap(([key, useless]) =>
    useless ? [{ path: [key], expected: `nothing beside ${kind}, which leaves it without effect`, got: key }] : [],
  );
}
