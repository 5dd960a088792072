export { oneLine } from "../performance/foreign-text";
