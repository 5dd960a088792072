/**
 * A number with at most so many digits after the point, of which a large one has none, and commas between thousands.
 */
export function formatNumber(value: number, digits = 1): string {
  // + 0: there is no -0.
  const rounded = Number(value.toFixed(Math.abs(value) >= 1000 ? 0 : digits)) + 0;
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 20 });
}
