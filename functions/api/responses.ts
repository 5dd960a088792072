/** A response in the format of API Gateway and function URLs. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A mistake in a request. */
export interface FieldMistake {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** Throw to answer with a 4xx: the request is wrong, and the answer explains how. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly mistakes: readonly FieldMistake[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** An answer in JSON. */
export function formatJson(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { statusCode, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** The answer for a refusal: what is wrong and, if there are any, the single mistakes. */
export function refuse({ statusCode, message, mistakes, headers }: Refusal): ApiResponse {
  return formatJson(statusCode, mistakes.length > 0 ? { error: message, mistakes } : { error: message }, headers);
}
