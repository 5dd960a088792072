import { type History } from "./history";
import { runTask } from "./task";
import { type ToPool, type ToWorker } from "./pool";

// A process of its own that does tasks, for `pool.ts`.

const EVERY_MILLISECONDS = 200;

let history: History | undefined;
let lastProgress = 0;

process.on("message", (message: ToWorker) => {
  if (message.kind === "history") history = message.history;
  else if (history) void work(history, message);
});

// Ctrl-C reaches every process of a terminal: the one that started this one decides.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());

async function work(on: History, { task }: ToWorker & { kind: "task" }): Promise<void> {
  const outcomes = await runTask(on, task, (share) => {
    if (Date.now() - lastProgress < EVERY_MILLISECONDS) return;
    lastProgress = Date.now();
    answer({ kind: "progress", share });
  });
  answer({ kind: "done", outcomes });
}

function answer(message: ToPool): void {
  process.send?.(message);
}
