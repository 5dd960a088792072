export { toOneLine } from "../performance/foreign-text";
