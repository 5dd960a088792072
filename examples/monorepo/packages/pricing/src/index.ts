/** The price of a number of items, in cents. */
export function computePrice(count: number): number {
  return count * 250;
}
