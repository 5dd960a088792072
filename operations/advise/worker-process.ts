import { type ChildProcess, fork } from "node:child_process";
import { findOwnFile } from "../../local/own-file";
import { OperationFailure } from "../cli/operation-failure";

/** Another process's messages about a request. */
export type WorkerMessage<Result> =
  { readonly kind: "progress"; readonly share: number } | { readonly kind: "done"; readonly result: Result };

const EVERY_MILLISECONDS = 200;

/** A file of this program that runs in a separate process and answers one request at a time. */
export class OtherProcess<Question extends object, Result> {
  private readonly child: ChildProcess;

  /** @param file relative to the project's folder; its main function calls {@link answerQuestions} */
  constructor(file: string) {
    this.child = fork(findOwnFile("run.js"), [file], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** Sends a request; the previous one must have been answered. */
  ask(question: Question, onProgress: (share: number) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { child } = this;
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

  stop(): void {
    // It has nothing that could be left incomplete.
    this.child.kill("SIGKILL");
  }
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
