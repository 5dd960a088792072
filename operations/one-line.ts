export { removeControls, toOneLine } from "../performance/foreign-text";
