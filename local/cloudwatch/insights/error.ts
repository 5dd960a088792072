/** A query that is not valid, or has something that is not supported here. */
export class InsightsQueryError extends Error {}
