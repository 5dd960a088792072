/* global console, process, setTimeout */
/** As in serverless-plugin-warmup's README, with the pause that it recommends for warming more than one instance. */
export async function handler(event) {
  console.log(`served by ${process.pid}`);
  if (event.source === "serverless-plugin-warmup") {
    await new Promise((resolve) => setTimeout(resolve, 25));
    return "Lambda is warm!";
  }
  return { ok: true };
}
