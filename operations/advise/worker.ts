import { type History } from "./history";
import { answerQuestions } from "./worker-process";
import { type PoolQuestion, runTask } from "./pool";

/** A separate process that runs tasks, for `pool.ts`. */
export default function main(): void {
  let told: History | undefined;
  answerQuestions(async ({ history = told, task }: PoolQuestion, onProgress) => {
    if (!history) throw new Error("A task needs the history that it is for");
    told = history;
    return runTask(history, task, onProgress);
  });
}
