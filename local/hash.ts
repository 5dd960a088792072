import { createHash } from "node:crypto";

/** A checksum, in hexadecimal digits. */
export function hash(algorithm: "md5" | "sha256", text: string): string {
  return createHash(algorithm).update(text).digest("hex");
}
