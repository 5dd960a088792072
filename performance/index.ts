/** The API for authors of functions. The rest of this folder is internal. */
export { monitorHttp } from "./http";
export { type Handler, monitor, type MonitorOptions } from "./monitor";
export { operation } from "./operations";
export { onlyFrom } from "./thresholds";
export { type NamedWarmUps, type RunWarmUps, type WarmUp, warmedUp, warmUps } from "./warm-ups";
