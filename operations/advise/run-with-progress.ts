import { type ProgramContext } from "../cli/command-context";
import { formatProgressBar, showProgress } from "../cli/progress";

/**
 * Does work on a function, and shows in a terminal, where there is one, how far it is.
 *
 * @param work gets a callback for the current work and its finished share, from 0 to 1
 */
export function runWithProgress<T>(
  id: string,
  context: Pick<ProgramContext, "writeProgress">,
  work: (onProgress: (what: string, share: number) => void) => Promise<T>,
): Promise<T> {
  let now = { what: "", share: 0 };
  return showProgress(
    context,
    () => `${formatProgressBar(now.share)} ${id}: ${now.what}, ${Math.floor(100 * now.share)} %`,
    () =>
      work((what, share) => {
        now = { what, share };
      }),
  );
}
