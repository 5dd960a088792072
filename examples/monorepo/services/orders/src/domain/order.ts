/** What somebody orders. */
export interface Order {
  readonly count: number;
}
