/** A number with at most so many digits after the point, of which a large one has none. */
export function numberText(value: number, digits = 1): string {
  return String(Number(value.toFixed(Math.abs(value) >= 1000 ? 0 : digits)));
}
