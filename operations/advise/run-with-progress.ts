import { formatProgressBar, showProgress } from "../cli/progress";
import { type CommandContext } from "../cli/command-context";

/**
 * Does work on a function, and shows how far it is where there is a terminal.
 *
 * @param work is given what to call with what is being done, and with the share of it that is done, from 0 to 1
 */
export async function runWithProgress<T>(
  id: string,
  { writeProgress }: Pick<CommandContext, "writeProgress">,
  work: (onProgress: (what: string, share: number) => void) => Promise<T>,
): Promise<T> {
  let now = { what: "", share: 0 };
  const line = () => `${formatProgressBar(now.share)} ${id}: ${now.what}, ${Math.floor(100 * now.share)} %`;
  const stop = writeProgress && showProgress(line, writeProgress);
  try {
    return await work((what, share) => {
      now = { what, share };
    });
  } finally {
    stop?.();
  }
}
