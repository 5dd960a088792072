/** To measure its size; never called. */
export { monitor as handler } from "../../performance";
