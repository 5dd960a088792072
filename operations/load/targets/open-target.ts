import { type LoadSettings } from "../settings";
import { type LoadTarget } from "../target";
import { UrlTarget } from "./url-target";

/**
 * Prepares the target: starts an environment here, or uses an address.
 *
 * @param root the project's folder
 */
export async function openTarget(settings: LoadSettings, root: string): Promise<LoadTarget> {
  const { url, profile, environment, idleSeconds } = settings;
  if (url) return new UrlTarget(settings, url);
  // Running an environment needs synthesis, which is unnecessary for help or for an address.
  const { startLocalEnvironment } = await import("../../../local/local-environment");
  const { LocalTarget } = await import("./local-target");
  const isColdStart = profile === "cold-start";
  const local = await startLocalEnvironment({
    environment: environment.name,
    root,
    port: 0,
    // Scheduled rounds would warm instances that must be cold.
    warming: !isColdStart,
    ...(isColdStart && { idleMilliseconds: idleSeconds * 1000 }),
  });
  return new LocalTarget(local, settings);
}
