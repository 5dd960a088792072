/** A response as API Gateway and function URLs want it. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Something in a request that is not as it has to be. */
export interface FieldMistake {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** Thrown to answer with a 4xx: the request is at fault, and the caller is told how. */
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

/** The answer that tells of a refusal: what is wrong and, where there are any, the mistakes one by one. */
export function refuse({ statusCode, message, mistakes, headers }: Refusal): ApiResponse {
  return formatJson(statusCode, mistakes.length > 0 ? { error: message, mistakes } : { error: message }, headers);
}
