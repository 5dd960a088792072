/** The hours of a month, as AWS's own calculator has them. */
export const HOURS_PER_MONTH = 730;
