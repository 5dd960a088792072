import { readOwnManifest } from "../../stacks/own-file";
import { type CommandContext } from "../cli/command-context";
import { formatProgressBar, showProgress } from "../cli/progress";
import { measureLoad } from "./measure";
import { buildLoadReport } from "./report";
import { type LoadReport } from "./report-schema";
import { Run } from "./run";
import { type LoadSettings } from "./settings";
import { type LoadTarget } from "./target";

/**
 * Loads a function; rejects as soon as the context's signal is aborted.
 *
 * @param baseline an earlier run, to be compared with
 * @param open prepares the target
 */
export async function runLoad(
  settings: LoadSettings,
  baseline: LoadReport | undefined,
  open: (settings: LoadSettings, root: string) => Promise<LoadTarget>,
  context: CommandContext,
): Promise<LoadReport> {
  const { root, now, printAside, signal } = context;
  printAside(settings.url ? `Loading ${settings.url.href}` : `Starting ${settings.environment.name} on this computer`);
  const target = await open(settings, root);
  try {
    signal.throwIfAborted();
    const run = new Run(target, signal);
    const startedAt = now();
    const stress = await showProgress(
      context,
      () => formatProgress(run),
      () => measureLoad(run, settings),
    );
    const { version } = readOwnManifest();
    return buildLoadReport({ run, settings, stress, startedAt, endedAt: now(), baseline, version });
  } finally {
    await target.close();
  }
}

function formatProgress({ activity, fraction, loop }: Run): string {
  const bar = fraction === 0 ? "" : `${formatProgressBar(fraction)} `;
  return `${bar}${activity}: ${loop.requests.length} sent, ${loop.open} open`;
}
