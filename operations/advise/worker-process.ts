import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperationFailure } from "../cli/operation-failure";

/** What another process tells about what it was asked. */
export type WorkerMessage<Result> =
  { readonly kind: "progress"; readonly share: number } | { readonly kind: "done"; readonly result: Result };

const EVERY_MILLISECONDS = 200;

/** A file of this program, running in a process of its own, which answers one question after the other. */
export class OtherProcess<Question extends object, Result> {
  private readonly child: ChildProcess;

  /** @param file from the project's folder on; its main function calls {@link answerQuestions} */
  constructor(file: string) {
    this.child = fork(findRunner(), [file], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** Asks; the one before has to be answered. */
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
          reject(new OperationFailure("a process that simulated has ended before its work was done"));
        });
      };
      const end = (settle: () => void) => {
        child.off("message", hear).off("exit", fail).off("error", fail);
        settle();
      };
      child.on("message", hear).on("exit", fail).on("error", fail);
      // Whoever waits for an answer hears that it has ended.
      if (child.exitCode === null) child.send(question, () => undefined);
      else fail();
    });
  }

  stop(): void {
    // It has nothing that could be left half-written.
    this.child.kill("SIGKILL");
  }
}

/** Answers what this process is asked by the one that started it, which knows what it may ask. */
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
  // Ctrl-C reaches every process of a terminal: the one that started this one decides.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit());
}

/** What runs a file of this project: above this one, and above what this one was bundled into. */
function findRunner(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, "run.js");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`no run.js in any folder above ${__dirname}`);
  }
}
