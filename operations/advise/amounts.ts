import { formatNumber } from "../format-number";

/** A share from 0 to 1 as a percentage; one that is not nothing is never called 0. */
export function formatPercent(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${formatNumber(percent, percent < 1 ? 2 : 1)} %`;
}

/** Dollars, with two digits that say something below one. */
export function formatSmallDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  return dollars < 0.0001
    ? "< $0.0001"
    : `$${dollars < 1 ? String(Number(dollars.toPrecision(2))) : dollars.toFixed(2)}`;
}

/** A large whole number, with a comma after every three digits. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
