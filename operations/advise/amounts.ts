import { formatNumber } from "../format-number";

/** A share from 0 to 1 as a percentage. */
export function formatPercent(share: number): string {
  const percent = 100 * share;
  return `${formatNumber(percent, percent < 1 ? 2 : 1)} %`;
}

/** Dollars, with two digits that say something below one. */
export function formatSmallDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  return dollars < 0.0001
    ? "< $0.0001"
    : `$${dollars < 1 ? String(Number(dollars.toPrecision(2))) : dollars.toFixed(2)}`;
}
