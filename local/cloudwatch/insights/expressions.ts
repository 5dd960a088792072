import { InsightsQueryError } from "./error";
import { type Token } from "./tokens";

/** The value of a field or an expression; undefined if there is none. */
export type Value = string | number | boolean | undefined;

/** The values of one record, by the names of fields. */
export type ReadField = (name: string) => Value;

/** Where an expression is evaluated: in a record or, in `stats`, in all records of a group. */
export interface Scope {
  readonly read: ReadField;
  readonly group: readonly ReadField[];
}

/** A compiled expression. */
export interface Expression {
  readonly evaluate: (scope: Scope) => Value;
  /** What CloudWatch calls its result without `as`. */
  readonly label: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

type Calculate = (...values: readonly Value[]) => Value;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
const FUNCTIONS: ReadonlyMap<string, Calculate> = new Map<string, Calculate>([
  ["abs", ofNumbers(Math.abs)],
  ["ceil", ofNumbers(Math.ceil)],
  ["floor", ofNumbers(Math.floor)],
  ["log", ofNumbers(Math.log)],
  ["sqrt", ofNumbers(Math.sqrt)],
  ["greatest", ofNumbers(Math.max)],
  ["least", ofNumbers(Math.min)],
  ["tonumber", ofNumbers((value) => value)],
  ["ispresent", (value) => value !== undefined],
  ["coalesce", (...values) => values.find((value) => value !== undefined)],
  ["if", (condition, then, otherwise) => (isTrue(condition) ? then : otherwise)],
  ["case", chooseCase],
  ["concat", (...values) => values.map((value) => formatFieldValue(value) ?? "").join("")],
  ["strcontains", (text, part) => (formatFieldValue(text)?.includes(formatFieldValue(part) ?? "") === true ? 1 : 0)],
  ["strlen", (text) => formatFieldValue(text)?.length],
  ["substr", (text, from, length) => cutText(formatFieldValue(text), readNumber(from), readNumber(length))],
  ["tolower", (text) => formatFieldValue(text)?.toLowerCase()],
  ["toupper", (text) => formatFieldValue(text)?.toUpperCase()],
]);

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-functions.
 * Without a value, a record does not count.
 */
const AGGREGATIONS: ReadonlyMap<string, (values: readonly (string | number | boolean)[]) => Value> = new Map([
  ["count", (values: readonly unknown[]) => values.length],
  ["count_distinct", (values: readonly unknown[]) => new Set(values).size],
  ["sum", ofAll((numbers) => numbers.reduce((sum, value) => sum + value, 0))],
  ["avg", ofAll((numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length)],
  ["min", ofAll((numbers) => numbers.reduce((least, value) => Math.min(least, value)))],
  ["max", ofAll((numbers) => numbers.reduce((most, value) => Math.max(most, value)))],
  ["earliest", (values: readonly Value[]) => values[0]],
  ["latest", (values: readonly Value[]) => values.at(-1)],
]);

const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["=", (order) => order === 0],
  ["!=", (order) => order !== 0],
  ["<", (order) => order < 0],
  ["<=", (order) => order <= 0],
  [">", (order) => order > 0],
  [">=", (order) => order >= 0],
]);

const SUMS: ReadonlyMap<string, (one: number, other: number) => number> = new Map([
  ["+", (one, other) => one + other],
  ["-", (one, other) => one - other],
]);
const PRODUCTS: ReadonlyMap<string, (one: number, other: number) => number> = new Map([
  ["*", (one, other) => one * other],
  ["/", (one, other) => one / other],
  ["%", (one, other) => one % other],
]);

/** Reads the tokens of one command from left to right. */
export class TokenReader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get next(): Token | undefined {
    return this.tokens[this.at];
  }

  /** Whether a word or a symbol comes next; then it is behind. */
  takes(text: string): boolean {
    const { next } = this;
    if (next === undefined || !["name", "symbol"].includes(next.kind) || next.text.toLowerCase() !== text) return false;
    this.at++;
    return true;
  }

  /** @throws InsightsQueryError unless a token of this kind comes next */
  take(kind: Token["kind"]): string {
    const { next } = this;
    if (next?.kind !== kind) throw new InsightsQueryError(`expected a ${kind}, got ${next?.text ?? "the end"}`);
    this.at++;
    return next.text;
  }

  /** @throws InsightsQueryError unless this comes next */
  demand(text: string): void {
    if (!this.takes(text)) throw new InsightsQueryError(`expected ${text}, got ${this.next?.text ?? "the end"}`);
  }

  /** Reads items with commas between them. */
  readList<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.takes(",")) items.push(read());
    return items;
  }

  /** @throws InsightsQueryError for what is not supported here */
  readExpression(): Expression {
    return this.readAlternatives();
  }

  private readAlternatives(): Expression {
    let left = this.readConditions();
    while (this.takes("or")) left = join(left, this.readConditions(), "or", (one, other) => one || other);
    return left;
  }

  private readConditions(): Expression {
    let left = this.readCondition();
    while (this.takes("and")) left = join(left, this.readCondition(), "and", (one, other) => one && other);
    return left;
  }

  private readCondition(): Expression {
    return this.takes("not") ? negate(this.readCondition()) : this.readComparison();
  }

  private readComparison(): Expression {
    const left = this.readCalculation(SUMS, () => this.readCalculation(PRODUCTS, () => this.readOperand()));
    const isNegated = this.takes("not");
    const compared = this.readRest(left);
    if (compared === undefined && isNegated) throw new InsightsQueryError("expected in or like after not");
    return compared === undefined ? left : isNegated ? negate(compared) : compared;
  }

  private readRest(left: Expression): Expression | undefined {
    if (this.takes("in")) {
      this.demand("[");
      const items = this.readList(() => this.readOperand());
      this.demand("]");
      const evaluate = (scope: Scope) =>
        items.some((item) => compareFieldValues(left.evaluate(scope), item.evaluate(scope)) === 0);
      return { evaluate, label: `${left.label} in` };
    }
    if (this.takes("like") || this.takes("=~")) {
      const pattern = this.next?.kind === "regex" ? new RegExp(this.take("regex")) : this.take("string");
      const evaluate = (scope: Scope) => {
        const text = formatFieldValue(left.evaluate(scope));
        return text !== undefined && (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text));
      };
      return { evaluate, label: `${left.label} like` };
    }
    const [operator, isRight] = [...COMPARISONS].find(([symbol]) => this.takes(symbol)) ?? [];
    if (operator === undefined || isRight === undefined) return undefined;
    const right = this.readCalculation(SUMS, () => this.readCalculation(PRODUCTS, () => this.readOperand()));
    const evaluate = (scope: Scope) => {
      const order = compareFieldValues(left.evaluate(scope), right.evaluate(scope));
      return order !== undefined && isRight(order);
    };
    return { evaluate, label: `${left.label} ${operator} ${right.label}` };
  }

  private readCalculation(
    operators: ReadonlyMap<string, (one: number, other: number) => number>,
    read: () => Expression,
  ): Expression {
    let left = read();
    for (;;) {
      const [operator, calculate] = [...operators].find(([symbol]) => this.takes(symbol)) ?? [];
      if (operator === undefined || calculate === undefined) return left;
      const [one, other] = [left, read()];
      const evaluate = (scope: Scope) => ofNumbers(calculate)(one.evaluate(scope), other.evaluate(scope));
      left = { evaluate, label: `${one.label} ${operator} ${other.label}` };
    }
  }

  private readOperand(): Expression {
    if (this.takes("(")) {
      const inner = this.readExpression();
      this.demand(")");
      return inner;
    }
    if (this.takes("-")) {
      const { evaluate, label } = this.readOperand();
      return { evaluate: (scope) => ofNumbers((value) => -value)(evaluate(scope)), label: `-${label}` };
    }
    const { next } = this;
    if (next?.kind === "number") return makeConstant(Number(this.take("number")));
    if (next?.kind === "string") return makeConstant(this.take("string"));
    const name = this.take("name");
    if (this.takes("(")) return this.readCall(name.toLowerCase());
    if (/^(true|false)$/i.test(name)) return makeConstant(name.toLowerCase() === "true");
    return { evaluate: ({ read }) => read(name), label: name };
  }

  private readCall(name: string): Expression {
    if (name === "bin") {
      const text = this.take("period");
      this.demand(")");
      const period = Number.parseInt(text, 10) * (UNITS[text.replace(/\d+/, "")] ?? NaN);
      const evaluate = ({ read }: Scope) => formatTime(Math.floor(parseTime(read("@timestamp")) / period) * period);
      return { evaluate, label: `bin(${text})` };
    }
    if (name === "count" && this.takes("*")) {
      this.demand(")");
      return { evaluate: ({ group }) => group.length, label: "count(*)" };
    }
    const inputs = this.takes(")") ? [] : this.readList(() => this.readExpression());
    if (inputs.length > 0) this.demand(")");
    const label = `${name}(${inputs.map((each) => each.label).join(",")})`;
    const aggregate = AGGREGATIONS.get(name);
    const [input] = inputs;
    if (name === "pct" && input && inputs[1]) {
      const percent = readNumber(inputs[1].evaluate({ read: () => undefined, group: [] })) ?? NaN;
      return { evaluate: (scope) => findPercentile(percent, listNumbers(listValues(input, scope))), label };
    }
    if (aggregate) {
      const counted = input ?? makeConstant(1);
      return { evaluate: (scope) => aggregate(listValues(counted, scope)), label };
    }
    const calculate = FUNCTIONS.get(name);
    if (!calculate) throw new InsightsQueryError(`the function ${name} is not supported here`);
    return { evaluate: (scope) => calculate(...inputs.map((each) => each.evaluate(scope))), label };
  }
}

/** A value as CloudWatch answers it. */
export function formatFieldValue(value: Value): string | undefined {
  return value === undefined ? undefined : typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** Whether a condition holds. */
export function isTrue(value: Value): boolean {
  return value === true || (typeof value === "number" && value !== 0);
}

/** How two values are ordered: as numbers if both are, otherwise as texts; undefined if one is missing. */
export function compareFieldValues(one: Value, other: Value): number | undefined {
  const [a, b] = [readNumber(one), readNumber(other)];
  if (a !== undefined && b !== undefined) return a - b;
  const [text, others] = [formatFieldValue(one), formatFieldValue(other)];
  if (text === undefined || others === undefined) return undefined;
  return text < others ? -1 : text > others ? 1 : 0;
}

/** As in `2026-11-30 13:00:00.000`. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().replace("T", " ").replace("Z", "");
}

function parseTime(value: Value): number {
  return Date.parse(`${String(value).replace(" ", "T")}Z`);
}

function makeConstant(value: string | number | boolean): Expression {
  return { evaluate: () => value, label: String(value) };
}

function join(
  left: Expression,
  right: Expression,
  word: string,
  both: (one: boolean, other: boolean) => boolean,
): Expression {
  const evaluate = (scope: Scope) => both(isTrue(left.evaluate(scope)), isTrue(right.evaluate(scope)));
  return { evaluate, label: `${left.label} ${word} ${right.label}` };
}

function negate({ evaluate, label }: Expression): Expression {
  return { evaluate: (scope) => !isTrue(evaluate(scope)), label: `not ${label}` };
}

function readNumber(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return value === undefined || value.trim() === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
}

/** Without a number, there is no result. */
function ofNumbers(calculate: (...numbers: readonly number[]) => number): Calculate {
  return (...values) => {
    const numbers = values.map(readNumber);
    const known = numbers.flatMap((value) => value ?? []);
    if (known.length < numbers.length) return undefined;
    const result = calculate(...known);
    return Number.isFinite(result) ? result : undefined;
  };
}

function ofAll(calculate: (numbers: readonly number[]) => number): (values: readonly Value[]) => Value {
  return (values) => {
    const numbers = listNumbers(values);
    return numbers.length === 0 ? undefined : calculate(numbers);
  };
}

function listNumbers(values: readonly Value[]): number[] {
  return values.flatMap((value) => readNumber(value) ?? []);
}

function listValues({ evaluate }: Expression, { group }: Scope): (string | number | boolean)[] {
  return group.flatMap((read) => evaluate({ read, group: [] }) ?? []);
}

function findPercentile(percent: number, numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[Math.max(0, Math.ceil((percent / 100) * numbers.length) - 1)];
}

/** Conditions with their results, and a default. */
function chooseCase(...branches: readonly Value[]): Value {
  for (let at = 0; at + 1 < branches.length; at += 2) if (isTrue(branches[at])) return branches[at + 1];
  return branches.length % 2 === 1 ? branches.at(-1) : undefined;
}

function cutText(text: string | undefined, from = 0, length?: number): string | undefined {
  return text?.slice(from, length === undefined ? undefined : from + length);
}
