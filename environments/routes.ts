/** A route of an HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
export interface HttpRoute {
  /** As in `GET`, or `ANY` for all methods without a route of their own. */
  readonly method: string;
  /** As in `/orders/{id}` or `/{proxy+}`. */
  readonly path: string;
}

/** The route for requests without another route. */
export const DEFAULT_ROUTE = "$default";

const SEGMENT = /[\w.~:@-]+|\{[\w.-]+\}/;
const ROUTE = new RegExp(
  `^(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) (/|(?:/(?:${SEGMENT.source}))*(?:/\\{[\\w.-]+\\+\\})|(?:/(?:${SEGMENT.source}))+)$`,
);

/** The parts of a route's key, as in `GET /orders/{id}`; undefined if it is not one, or `$default`. */
export function parseRoute(key: string): HttpRoute | undefined {
  const [, method, path] = ROUTE.exec(key) ?? [];
  return method === undefined || path === undefined ? undefined : { method, path };
}

/** The names of a path's variables, without the `+` of the last one. */
export function listPathVariables(path: string): string[] {
  return [...path.matchAll(/\{([\w.-]+)\+?\}/g)].map(([, name = ""]) => name);
}
