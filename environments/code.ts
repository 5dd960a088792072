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
};
