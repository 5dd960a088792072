import { findArnMistakes, type FilePlace } from "./arns";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { type HttpSettings } from "./http";
import { listPathVariables, parseRoute } from "./routes";

type Endpoint = "none" | "iam" | "public";

/** Settings that a function URL does not have, and why. */
const ONLY_PUBLIC = {
  routes: "a function URL has no routes",
  throttling: "a function URL has no throttling; reserved_concurrency limits it",
  authorizer: "a function URL takes signed requests only",
  domain: "a function URL has no domain of its own",
} as const;

/** Finds settings that the function's endpoint does not have, and those that contradict each other. */
export function findHttpMistakes(http: HttpSettings, endpoint: Endpoint, place: FilePlace): CrossFieldMistake[] {
  if (Object.keys(http).length === 0) return [];
  if (endpoint === "none") {
    const expected = 'endpoint = "iam" or "public" as well, without which nobody can call the function over HTTP';
    return [{ path: ["http"], expected, got: undefined }];
  }
  return [
    ...(endpoint === "iam" ? findUrlMistakes(http) : findApiMistakes(http)),
    ...findRouteMistakes(http),
    ...findCorsMistakes(http),
    ...findArnMistakes(["domain", "certificate_arn"], http.domain?.certificateArn, place),
  ].map(({ path, ...mistake }) => ({ ...mistake, path: ["http", ...path] }));
}

function findUrlMistakes(http: HttpSettings): CrossFieldMistake[] {
  return [
    ...Object.entries(ONLY_PUBLIC)
      .filter(([key]) => http[key as keyof typeof ONLY_PUBLIC] !== undefined)
      .map(([key, why]) => ({ path: [key], expected: `endpoint = "public", because ${why}`, got: "iam" })),
    ...(http.cors?.allowMethods?.includes("OPTIONS")
      ? [
          {
            path: ["cors", "allow_methods"],
            expected: "no OPTIONS, which a function URL answers itself",
            got: "OPTIONS",
          },
        ]
      : []),
    ...(http.cors?.allowOrigins ?? [])
      .filter((origin) => origin.endsWith("://*"))
      .map((got) => ({
        path: ["cors", "allow_origins"],
        expected: "whole origins, or * alone, at a function URL",
        got,
      })),
  ];
}

function findApiMistakes({ invokeMode }: HttpSettings): CrossFieldMistake[] {
  if (invokeMode === undefined) return [];
  const expected = 'endpoint = "iam", because an HTTP API cannot stream';
  return [{ path: ["invoke_mode"], expected, got: invokeMode }];
}

function findRouteMistakes({ routes = [] }: HttpSettings): CrossFieldMistake[] {
  const first = new Map<string, string>();
  return routes.flatMap((key, index) => {
    const path = ["routes", String(index)];
    const variables = listPathVariables(parseRoute(key)?.path ?? "");
    // For API Gateway, names of variables do not make a difference.
    const shape = key.replaceAll(/\{[^}+]+/g, "{");
    const other = first.get(shape);
    first.set(shape, other ?? key);
    return [
      ...(other === undefined
        ? []
        : [{ path, expected: `a route that ${JSON.stringify(other)} does not answer already`, got: key }]),
      ...(new Set(variables).size < variables.length
        ? [{ path, expected: "a name of its own for each variable", got: key }]
        : []),
    ];
  });
}

function findCorsMistakes({ cors, authorizer }: HttpSettings): CrossFieldMistake[] {
  if (!cors) return [];
  const { allowOrigins, allowHeaders = [], allowCredentials = false } = cors;
  const mistakes: CrossFieldMistake[] = [];
  if (allowOrigins.includes("*") && allowOrigins.length > 1) {
    mistakes.push({ path: ["cors", "allow_origins"], expected: "* alone, which is every origin", got: allowOrigins });
  }
  if (allowCredentials && allowOrigins.some((origin) => origin.includes("*"))) {
    const expected = "false, because browsers send no credentials if allow_origins has *";
    mistakes.push({ path: ["cors", "allow_credentials"], expected, got: true });
  }
  if (authorizer !== undefined && !allowHeaders.some((name) => /^(\*|authorization)$/i.test(name))) {
    const expected = "authorization as well, without which no page can send what the authorizer asks for";
    mistakes.push({ path: ["cors", "allow_headers"], expected, got: cors.allowHeaders });
  }
  return mistakes;
}
