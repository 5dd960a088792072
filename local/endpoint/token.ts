import * as z from "zod";

const claims = z.record(z.string(), z.unknown());

/**
 * The claims of the token in a request, as texts, as an HTTP API passes them on. The signature is not verified.
 *
 * @returns undefined if there is no token, or what is there is none
 */
export function readClaims(authorization: string | undefined): Record<string, string> | undefined {
  const [, payload] = /^(?:Bearer )?[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization ?? "") ?? [];
  if (payload === undefined) return undefined;
  try {
    const read = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, formatClaim(value)]));
  } catch {
    return undefined;
  }
}

/** Lists are written as in `[admin user]`. */
function formatClaim(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatClaim).join(" ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
