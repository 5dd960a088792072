import { monitor } from "../../performance";
import { work } from "./work";

/** Monitored as in README.md. */
export const handler = monitor(work);
