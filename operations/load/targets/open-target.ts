import { type LoadSettings } from "../settings";
import { type LoadTarget } from "../target";
import { UrlTarget } from "./url-target";

/**
 * Makes what is to be loaded ready: starts an environment here, or takes an address.
 *
 * @param root the project's folder
 */
export async function openTarget(settings: LoadSettings, root: string): Promise<LoadTarget> {
  const { url, profile, environment, idleSeconds } = settings;
  if (url) return new UrlTarget(settings, url);
  // Running an environment takes synthesizing it, which is not for whoever asks for help or loads an address.
  const { startLocalEnvironment } = await import("../../../local/local-environment");
  const { LocalTarget } = await import("./local-target");
  const isColdStart = profile === "cold-start";
  const local = await startLocalEnvironment({
    environment: environment.name,
    root,
    port: 0,
    // Rounds of the schedule would warm what is to be found cold.
    warming: !isColdStart,
    ...(isColdStart && { idleMilliseconds: idleSeconds * 1000 }),
  });
  return new LocalTarget(local, settings);
}
