import { monitor } from "../../performance";
import { work } from "./work";

const monitored = monitor(work);

/** Monitored; returns its instance, for the benchmark to count. */
export const handler: typeof monitored = (...args) => {
  console.log(`served by ${process.pid}`);
  return monitored(...args);
};
