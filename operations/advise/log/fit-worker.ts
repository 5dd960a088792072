import { fitMechanism } from "../../../advisor/fit";
import { answerQuestions } from "../worker-process";
import { type FitQuestion } from "./fit-runs";

// A process of its own that fits, for `fit-runs.ts`.

answerQuestions(({ runs, expectation }: FitQuestion, onProgress) =>
  Promise.resolve(fitMechanism(runs, { expectation, onProgress })),
);
