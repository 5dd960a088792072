/**
 * A number with at most so many digits after the point, of which a large one has none, and commas between thousands.
 * One that is too small for its digits is not called 0: `< 0.1`.
 */
export function formatNumber(value: number, digits = 1): string {
  // + 0: there is no -0.
  const rounded = Number(value.toFixed(Math.abs(value) >= 1000 ? 0 : digits)) + 0;
  if (rounded === 0 && value !== 0) return `${value > 0 ? "< " : "> -"}${Number(`1e-${digits}`)}`;
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 20 });
}
