import { type ChildProcess, fork } from "node:child_process";
import { findOwnFile } from "../../stacks/own-file";
import { OperationFailure } from "../cli/operation-failure";

/** Another process's messages about a request. */
type WorkerMessage<Result> =
  { readonly kind: "progress"; readonly share: number } | { readonly kind: "done"; readonly result: Result };

const EVERY_MILLISECONDS = 200;

/** Sends a request to another process; the previous one must have been answered. */
export type Ask<Question, Result> = (question: Question, onProgress: (share: number) => void) => Promise<Result>;

/**
 * Runs work with separate processes, which end with it, or when the signal is aborted.
 *
 * @param file of this program, relative to the project's folder; its main function calls {@link answerQuestions}
 */
export async function useProcesses<Question extends object, Result, Outcome>(
  file: string,
  count: number,
  signal: AbortSignal | undefined,
  work: (processes: readonly Ask<Question, Result>[]) => Promise<Outcome>,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const children = Array.from({ length: count }, () =>
    fork(findOwnFile("run.js"), [file], { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  const stop = () => {
    // They have nothing that could be left incomplete.
    for (const child of children) child.kill("SIGKILL");
  };
  signal?.addEventListener("abort", stop);
  try {
    return await work(children.map((child) => (question, onProgress) => ask(child, question, onProgress)));
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

function ask<Result>(child: ChildProcess, question: object, onProgress: (share: number) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const hear = (message: WorkerMessage<Result>) => {
      if (message.kind === "progress") onProgress(message.share);
      else
        end(() => {
          resolve(message.result);
        });
    };
    const fail = () => {
      end(() => {
        reject(new OperationFailure("a simulating process ended before its work was done"));
      });
    };
    const end = (settle: () => void) => {
      child.off("message", hear).off("exit", fail).off("error", fail);
      settle();
    };
    child.on("message", hear).on("exit", fail).on("error", fail);
    // The code that waits for an answer gets an error.
    if (child.exitCode === null) child.send(question, () => undefined);
    else fail();
  });
}

/** Answers requests of the parent process, which knows what it may request. */
export function answerQuestions<Result>(
  answer: (question: never, onProgress: (share: number) => void) => Promise<Result>,
): void {
  const sendMessage = (message: WorkerMessage<Result>) => process.send?.(message);
  let last = 0;
  const onProgress = (share: number) => {
    if (Date.now() - last < EVERY_MILLISECONDS) return;
    last = Date.now();
    sendMessage({ kind: "progress", share });
  };
  process.on("message", (question: unknown) => {
    void answer(question as never, onProgress).then((result) => sendMessage({ kind: "done", result }));
  });
  // Ctrl-C reaches every process of a terminal, but the parent process decides what happens.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit());
}
