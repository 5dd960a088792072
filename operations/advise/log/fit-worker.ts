import { fitMechanism } from "../../../advisor/fit";
import { answerQuestions } from "../worker-process";
import { type FitQuestion } from "./fit-runs";

/** A separate process that fits, for `fit-runs.ts`. */
export default function main(): void {
  answerQuestions(({ runs, expectation }: FitQuestion, onProgress) =>
    Promise.resolve(fitMechanism(runs, { expectation, onProgress })),
  );
}
