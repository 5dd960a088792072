import { monitor } from "../../performance";
import { work } from "./work";

/** Monitored as README.md says. */
export const handler = monitor(work);
