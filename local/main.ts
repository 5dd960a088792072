import { run } from "./run";

/** `npm start`: an environment, as it is synthesized, on this computer. */
void Promise.resolve()
  // Not before whoever loaded this has tidied up: it may end this process at once.
  .then(() => run(process.argv.slice(2)));
