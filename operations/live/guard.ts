import { type IncomingMessage } from "node:http";

/** Names of this computer for itself. */
const HOSTS = ["127.0.0.1", "localhost"] as const;

/**
 * Why a request is refused; undefined if it may pass. A page of another site could send requests to this computer: with
 * its own address as their origin, or, if its name was made to point here, as their host.
 *
 * @param port where the page is
 */
export function findRefusal({ headers, method, url }: IncomingMessage, port: number): string | undefined {
  // A browser does not name the usual port.
  const hosts = HOSTS.flatMap((host) => [`${host}:${port}`, ...(port === 80 ? [host] : [])]);
  if (!hosts.includes(headers.host ?? "")) return `expected ${hosts.join(" or ")} as the host`;
  const { origin } = headers;
  const isOwn = origin !== undefined && hosts.some((host) => origin === `http://${host}`);
  if (origin !== undefined && !isOwn) return "requests of other sites are refused";
  // Another site may lead people here, but its scripts and pictures may ask for nothing, even if they cannot read it.
  const site = headers["sec-fetch-site"];
  if ((site === "cross-site" || site === "same-site") && url !== "/") return "requests of other sites are refused";
  // A browser names the origin of every request that may change something.
  if (method !== "GET" && !isOwn) return "expected a request of the page itself";
  return undefined;
}
