import { defineList, defineText } from "./fields";

/** Keys that decide what is in a function's zip. */
export const codeKeys = {
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
