/* global console, process, setTimeout */
/**
 * As serverless-plugin-warmup's README says, with the pause that it recommends where more than one instance is to be
 * warmed.
 */
export async function handler(event) {
  console.log(`served by ${process.pid}`);
  if (event.source === "serverless-plugin-warmup") {
    await new Promise((resolve) => setTimeout(resolve, 25));
    return "Lambda is warm!";
  }
  return { ok: true };
}
