import { DEFAULT_ROUTE, listPathVariables, parseRoute } from "../../environments/routes";

/** A route of an HTTP API. */
export interface EndpointRoute {
  /** As in `GET /orders/{id}`, or `$default`. */
  readonly key: string;
  readonly authorization: "NONE" | "JWT" | "AWS_IAM";
  /** Scopes of which a token needs at least one; none if any token will do. */
  readonly scopes?: readonly string[];
}

/** A route, and the variables of its path. */
export interface MatchedRoute extends EndpointRoute {
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request: the most exact path that takes its method; `$default` if there is no other:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function findRoute(routes: readonly EndpointRoute[], method: string, path: string): MatchedRoute | undefined {
  const matches = routes.flatMap((route) => {
    const { method: own = "", path: template = "" } = parseRoute(route.key) ?? {};
    if (own !== "ANY" && own !== method) return [];
    const found = compilePath(template).exec(path);
    if (!found) return [];
    const values = listPathVariables(template).map((name, index) => [name, decode(found[index + 1] ?? "")] as const);
    const rank = `${rankSegments(template)}${own === "ANY" ? 1 : 0}`;
    return [{ rank, route: { ...route, pathParameters: Object.fromEntries(values) } }];
  });
  const [best] = matches.sort((one, other) => (one.rank < other.rank ? -1 : 1));
  const rest = routes.find(({ key }) => key === DEFAULT_ROUTE);
  return best?.route ?? (rest && { ...rest, pathParameters: {} });
}

function compilePath(template: string): RegExp {
  const pattern = template
    .split("/")
    .map((segment) => {
      if (!segment.startsWith("{")) return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return segment.endsWith("+}") ? "(.+)" : "([^/]+)";
    })
    .join("/");
  return new RegExp(`^${pattern}$`);
}

/** Texts come before variables, and these before a variable for the rest. */
function rankSegments(template: string): string {
  return template
    .split("/")
    .map((segment) => (!segment.startsWith("{") ? "0" : segment.endsWith("+}") ? "2" : "1"))
    .join("");
}

/** What is not encoded correctly stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
