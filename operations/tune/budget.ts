import prices from "../../model/prices.json";
import { priceFunctionTime } from "../../model/warmed-functions";
import { type MeasuredRequest, type TunedSize } from "./bench";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: then, Lambda starts it again. */
const LONGEST_INIT_SECONDS = 10;

/** What a function has, whatever its memory. */
export interface FixedSettings {
  readonly timeoutSeconds: number;
  /** The size of /tmp. */
  readonly temporaryStorageMb: number;
}

/** Prices requests, and keeps their total below a limit. */
export class Budget {
  requests = 0;
  spentDollars = 0;
  /** The most that each request without an answer may cost. */
  private readonly open: number[] = [];

  constructor(
    readonly limitDollars: number,
    private readonly fixed: FixedSettings,
  ) {}

  /** The most that requests without an answer may cost. */
  get openDollars(): number {
    return this.open.reduce((sum, dollars) => sum + dollars, 0);
  }

  get leftDollars(): number {
    return this.limitDollars - this.spentDollars - this.openDollars;
  }

  /** The cost of one request that is charged for this time. */
  price(size: TunedSize, billedMilliseconds: number): number {
    return priceRequest(size, billedMilliseconds, this.fixed.temporaryStorageMb);
  }

  /** The most that one request can cost: it starts as long as it may, and then runs into its timeout. */
  priceLongest(size: TunedSize): number {
    return this.price(size, (LONGEST_INIT_SECONDS + this.fixed.timeoutSeconds) * 1000);
  }

  /** The number of requests that surely stay within the limit, even if each costs the most. */
  countSafe(size: TunedSize): number {
    return Math.max(0, Math.floor(this.leftDollars / this.priceLongest(size)));
  }

  /** A request leaves. */
  begin(size: TunedSize): void {
    this.requests += 1;
    this.open.push(this.priceLongest(size));
  }

  /** A request was answered. */
  end(size: TunedSize, { billedMilliseconds }: Pick<MeasuredRequest, "billedMilliseconds">): void {
    this.open.splice(this.open.indexOf(this.priceLongest(size)), 1);
    this.spentDollars += this.price(size, billedMilliseconds);
  }
}

/** The cost of one request, with the part of /tmp that is charged for: https://aws.amazon.com/lambda/pricing/ */
export function priceRequest(
  { memoryMb, architecture }: TunedSize,
  billedMilliseconds: number,
  temporaryStorageMb: number,
): number {
  const { perSecond, perRequest } = priceFunctionTime(memoryMb, architecture);
  const { perGigabyteSecond, freeMb } = prices.lambda.temporaryStorage;
  const storage = (Math.max(0, temporaryStorageMb - freeMb) / 1024) * perGigabyteSecond;
  return perRequest + (billedMilliseconds / 1000) * (perSecond + storage);
}
