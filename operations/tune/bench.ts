/** A size of a function: memory, with which its processor grows, and the kind of processor. */
export interface TunedSize {
  readonly memoryMb: number;
  readonly architecture: "arm64" | "x86_64";
}

/** Why a request failed. */
export interface RequestFailure {
  /** An error of its own is one at every size. */
  readonly kind: "timeout" | "memory" | "error";
  /** One line. */
  readonly text: string;
}

/** One request, as Lambda reports it. */
export interface MeasuredRequest {
  /** Time to initialize a new instance; undefined if there was one. */
  readonly initMilliseconds?: number;
  /** Duration without initialization. */
  readonly milliseconds: number;
  /** What is charged for: duration and initialization. */
  readonly billedMilliseconds: number;
  readonly memoryUsedMb: number;
  readonly failure?: RequestFailure;
}

/** Where sizes are measured. */
export interface TuningBench {
  /**
   * Makes a size ready for requests.
   *
   * @returns why it cannot be, if AWS does not allow this size
   */
  prepare(size: TunedSize): Promise<string | undefined>;
  /** Sends one request. Requests at the same time reach different instances. */
  send(size: TunedSize): Promise<MeasuredRequest>;
}

/** As in "arm64 512 MB". */
export function formatSize({ memoryMb, architecture }: TunedSize): string {
  return `${architecture} ${memoryMb} MB`;
}
