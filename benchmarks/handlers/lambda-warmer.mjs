/* global console, process */
import warmer from "lambda-warmer";

/** As in lambda-warmer's README. */
export async function handler(event, context) {
  console.log(`served by ${process.pid}`);
  if (await warmer(event, { log: false }, context)) return "warmed";
  return { ok: true };
}
