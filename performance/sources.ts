import { type Datum } from "./metrics";

/**
 * Further sources of an invocation's metrics. A module adds itself when it is first used, so it costs nothing before.
 */
export const sources: (() => readonly Datum[])[] = [];
