/** What a function's author uses. The rest of this folder is its inside. */
export { monitorHttp } from "./http";
export { type Handler, monitor, type MonitorOptions } from "./monitor";
export { operation } from "./operations";
export { onlyFrom } from "./thresholds";
export { type NamedWarmUps, type RunWarmUps, type WarmUp, warmedUp, warmUps } from "./warm-ups";
