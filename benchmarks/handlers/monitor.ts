/** To be weighed, not called. */
export { monitor as handler } from "../../performance";
