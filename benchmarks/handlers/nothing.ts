/** The baseline: no monitoring. */
export { work as handler } from "./work";
