/** How long a request takes of a version without a fault. */
export const USUAL_MILLISECONDS = 20;

/** Requests' kinds, each as frequent as the others. */
export const EVENT_KINDS: readonly string[] = ["refund", "order", "query", "change", "list"];

/** The function, and how bad its faults are. */
export const FAULTY_FUNCTION = {
  memoryMb: 192,
  timeoutSeconds: 2,
  thrownShare: 0.05,
  slowFactor: 3,
  initMilliseconds: 2500,
  leakedBytes: 2_000_000,
};
