import type * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineOneOf, defineSection } from "./fields";

/** How a function answers over HTTP, at its endpoint. */
export const httpSettings = defineSection({
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
  invoke_mode: defineOneOf(["buffered", "response_stream"]).optional().meta({
    description:
      "response_stream: sends the response while the handler writes it, up to 200 MB; buffered, the default: when it is complete, up to 6 MB",
  }),
});

/** The settings of a function's endpoint. */
export type HttpSettings = Readonly<z.output<typeof httpSettings>>;

/** Finds settings that the function's endpoint does not have. */
export function findHttpMistakes(http: HttpSettings, endpoint: "none" | "iam" | "public"): CrossFieldMistake[] {
  const mistakes: CrossFieldMistake[] = [];
  if (endpoint === "none" && Object.keys(http).length > 0) {
    const expected = 'endpoint = "iam" or "public" as well, without which nobody can call the function over HTTP';
    mistakes.push({ path: [], expected, got: undefined });
  }
  if (endpoint === "public" && http.invokeMode === "response_stream") {
    const expected = 'endpoint = "iam", because an HTTP API cannot stream';
    mistakes.push({ path: ["invoke_mode"], expected, got: http.invokeMode });
  }
  return mistakes.map(({ path, ...mistake }) => ({ ...mistake, path: ["http", ...path] }));
}
