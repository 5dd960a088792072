import { type Datum } from "./metrics";

/**
 * Where more metrics of an invocation come from. A module adds itself when it is first used, so that it costs nothing
 * before.
 */
export const sources: (() => readonly Datum[])[] = [];
