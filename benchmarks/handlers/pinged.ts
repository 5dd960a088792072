import { monitor } from "../../performance";
import { work } from "./work";

const monitored = monitor(work);

/** Monitored; and says who it is, for the benchmark to count. */
export const handler: typeof monitored = (...args) => {
  console.log(`served by ${process.pid}`);
  return monitored(...args);
};
