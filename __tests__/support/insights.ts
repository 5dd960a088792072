/**
 * Checks CloudWatch Logs Insights queries without AWS, as far as its documentation tells what is valid:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */

/**
 * The fields that CloudWatch gives every log event:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export const LOG_FIELDS: readonly string[] = ["@message", "@timestamp", "@ingestionTime", "@logStream", "@log"];

/**
 * The fields that CloudWatch discovers in Lambda's own lines, beside those of every log event:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export const LAMBDA_FIELDS: readonly string[] = [
  "@requestId",
  "@duration",
  "@initDuration",
  "@billedDuration",
  "@type",
  "@maxMemoryUsed",
  "@memorySize",
  "@xrayTraceId",
  "@xraySegmentId",
];

/** How many arguments a function takes: at least, at most. */
type Arguments = readonly [number, number];

const ANY = Number.POSITIVE_INFINITY;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-functions
 */
const AGGREGATIONS = new Map<string, Arguments>([
  ...named(["avg", "count_distinct", "max", "min", "stddev", "sum"], [1, 1]),
  ...named(["earliest", "latest", "sortsFirst", "sortsLast"], [1, 1]),
  ...named(["count"], [0, 1]),
  ...named(["pct"], [2, 2]),
]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
const FUNCTIONS = new Map<string, Arguments>([
  // Numeric
  ...named(["abs", "ceil", "floor", "log", "sqrt", "toNumber", "toInt", "toLong", "toDouble"], [1, 1]),
  ...named(["greatest", "least"], [1, ANY]),
  ...named(["round"], [1, 2]),
  ...named(["haversine"], [4, 4]),
  // Datetime
  ...named(["bin", "fromMillis", "toMillis"], [1, 1]),
  ...named(["datefloor", "dateceil"], [2, 2]),
  ...named(["now"], [0, 0]),
  ...named(["parseDate", "formatDate", "strftime"], [2, 3]),
  // General
  ...named(["ispresent", "isNumeric", "messageSize"], [1, 1]),
  ...named(["coalesce"], [1, ANY]),
  // At most ten branches, and a default.
  ...named(["case"], [2, 21]),
  ...named(["if"], [3, 3]),
  ...named(["queryStartTime", "queryEndTime", "queryTimeRange"], [0, 0]),
  // JSON
  ...named(["jsonParse", "jsonStringify", "jsonArraySize"], [1, 1]),
  ...named(["jsonArrayContains"], [2, 2]),
  // IP addresses
  ...named(["isValidIp", "isValidIpV4", "isValidIpV6"], [1, 1]),
  ...named(["ipv4ToNumber", "isPrivateIP", "isPublicIP", "isReservedIP"], [1, 1]),
  ...named(["isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"], [2, 2]),
  // Strings
  ...named(["isempty", "isblank", "strlen", "toupper", "tolower"], [1, 1]),
  ...named(["urlencode", "urldecode", "base64encode", "base64decode", "hexToAscii", "hexToDec", "decToHex"], [1, 1]),
  ...named(["concat"], [1, ANY]),
  ...named(["ltrim", "rtrim", "trim"], [1, 2]),
  ...named(["startsWith", "endsWith", "split"], [2, 2]),
  ...named(["substr", "strcontains"], [2, 3]),
  ...named(["replace", "regexReplace"], [3, 3]),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unmask.html
  ...named(["unmask"], [1, 1]),
]);

/** Which argument of a function is a period, such as 5m. */
const PERIOD_ARGUMENT = new Map([
  ["bin", 0],
  ["datefloor", 1],
  ["dateceil", 1],
]);

/** What these return has attributes, which are reached with a dot or an index. */
const STRUCTURES = new Set(["jsonparse", "split"]);

/** The units of a period, and the most of one that CloudWatch heeds: above it, it takes the cap without a word. */
const PERIOD_CAPS = new Map([
  ...["ms", "msec", "msecs", "millisecond", "milliseconds"].map((unit) => [unit, 1000] as const),
  ...["s", "sec", "secs", "second", "seconds"].map((unit) => [unit, 60] as const),
  ...["m", "min", "mins", "minute", "minutes"].map((unit) => [unit, 60] as const),
  ...["h", "hr", "hrs", "hour", "hours"].map((unit) => [unit, 24] as const),
  ...["d", "day", "days", "w", "week", "weeks", "mo", "mon", "mos", "mons", "month", "months"].map(uncapped),
  ...["q", "qtr", "qtrs", "quarter", "quarters", "y", "yr", "yrs", "year", "years"].map(uncapped),
]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Pattern.html */
const PATTERN_FIELDS = ["@pattern", "@ratio", "@sampleCount", "@severityLabel", "@visualization"];

const MOST_ROWS = 10_000;
const MOST_STATS = 2;
const KEYWORDS = new Set(["and", "or", "not", "in", "like", "as", "by", "asc", "desc", "into"]);
const LITERALS = new Set(["true", "false"]);
const COMPARISONS = ["=", "!=", "<", "<=", ">", ">="];

/**
 * What is wrong with a Logs Insights query; nothing where the list is empty. A field is known when it is among those
 * given, or when an earlier command made it; after `stats`, only what that put out is left.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html and the pages beneath it.
 */
export function checkQuery(query: string, knownFields: readonly string[]): string[] {
  const check = new QueryCheck(query, knownFields);
  check.run();
  return check.problems;
}

type Kind = "name" | "quoted" | "string" | "number" | "period" | "symbol" | "end";

interface Token {
  readonly kind: Kind;
  /** Of a field, without backticks. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Expression {
  /** How CloudWatch names the result of an expression that has no alias. */
  readonly label: string;
  readonly aggregates: boolean;
  readonly structure: boolean;
}

/** The rest of a query cannot be understood. */
class Refusal extends Error {}

/** Cuts a query into tokens, on demand: whether a slash divides or opens a pattern, only the grammar knows. */
class Tokens {
  readonly #text: string;
  #position = 0;

  constructor(query: string) {
    // Blanked, not removed, so that nothing moves.
    this.#text = query.replaceAll(/^[ \t]*#.*$/gm, (comment) => " ".repeat(comment.length));
  }

  textFrom(start: number): string {
    return this.#text.slice(start, this.#position);
  }

  peek(): Token {
    const start = this.#afterSpace();
    if (start >= this.#text.length) return { kind: "end", text: "the end", start, end: start };
    const name = this.#match(/(?:`[^`]+`|@?[A-Za-z_][\w@]*)(?:\.(?:`[^`]+`|[\w@]+)|\[\d+\])*/y, start);
    if (name !== undefined) {
      const kind = name.includes("`") ? "quoted" : "name";
      return { kind, text: name.replaceAll("`", ""), start, end: start + name.length };
    }
    for (const [kind, pattern] of [
      ["string", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy],
      ["period", /\d+[A-Za-z]+/y],
      ["number", /\d+(?:\.\d+)?/y],
      ["symbol", /!=|<=|>=|=~|[=<>()[\],|*/%^+-]/y],
    ] as const) {
      const text = this.#match(pattern, start);
      if (text !== undefined) return { kind, text, start, end: start + text.length };
    }
    const character = this.#text.charAt(start);
    throw new Refusal("\"'`".includes(character) ? `unclosed quote ${character}` : `unexpected ${character}`);
  }

  next(): Token {
    const token = this.peek();
    this.#position = token.end;
    return token;
  }

  /** A regular expression between slashes, if one comes next: what is between them. */
  regularExpression(): string | undefined {
    const start = this.#afterSpace();
    if (this.#text.charAt(start) !== "/") return undefined;
    const text = this.#match(/\/(?:[^/\\\n]|\\.)+\//y, start);
    if (text === undefined) throw new Refusal("unclosed regular expression");
    this.#position = start + text.length;
    return text.slice(1, -1);
  }

  #afterSpace(): number {
    return this.#position + (this.#match(/\s*/y, this.#position)?.length ?? 0);
  }

  #match(pattern: RegExp, start: number): string | undefined {
    pattern.lastIndex = start;
    return pattern.exec(this.#text)?.[0];
  }
}

/** The fields that a command can name. */
class Scope {
  readonly #fields: Set<string>;
  readonly #structures = new Set<string>();
  readonly #labels = new Set<string>();

  constructor(fields: readonly string[]) {
    this.#fields = new Set(fields);
  }

  has(field: string): boolean {
    if (this.#fields.has(field) || this.hasLabel(field)) return true;
    return [...this.#structures].some((name) => field.startsWith(`${name}.`) || field.startsWith(`${name}[`));
  }

  hasLabel(expression: string): boolean {
    return this.#labels.has(labelOf(expression));
  }

  add(field: string, { structure = false } = {}): void {
    this.#fields.add(field);
    if (structure) this.#structures.add(field);
  }

  addLabel(expression: string): void {
    this.#labels.add(labelOf(expression));
  }

  /** Takes over a field with its attributes. */
  addFrom(other: Scope, field: string): void {
    this.add(field, { structure: other.#structures.has(field) });
  }
}

class QueryCheck {
  readonly problems: string[] = [];
  readonly #tokens: Tokens;
  #scope: Scope;
  #command = "";
  #commands: string[] = [];
  /** Whether aggregations are valid where we are. */
  #aggregations: "valid" | "nested" | "out of place" = "out of place";

  readonly #grammar: Readonly<Record<string, () => void>> = {
    source: () => {
      this.#source();
    },
    fields: () => {
      this.#fields();
    },
    display: () => {
      this.#list(() => this.#expression());
    },
    filter: () => this.#expression(),
    where: () => this.#expression(),
    filterindex: () => {
      this.#filterIndex();
    },
    stats: () => {
      this.#stats();
    },
    sort: () => {
      this.#sort();
    },
    limit: () => {
      this.#limit();
    },
    parse: () => {
      this.#parse();
    },
    dedup: () => {
      this.#list(() => this.#knownField());
    },
    pattern: () => {
      this.#knownField();
      this.#scope = new Scope(PATTERN_FIELDS);
    },
    diff: () => {
      this.#keyword("previousDay", "previousWeek", "previousMonth");
    },
    unmask: () => {
      this.#list(() => this.#knownField());
    },
    unnest: () => {
      this.#unnest();
    },
    lookup: () => {
      this.#lookup();
    },
  };

  constructor(query: string, knownFields: readonly string[]) {
    this.#tokens = new Tokens(query);
    this.#scope = new Scope(knownFields);
  }

  run(): void {
    try {
      do this.#one();
      while (this.#symbol("|"));
      if (this.#tokens.peek().kind !== "end") this.#unexpected("|");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#problem(error.message);
    }
  }

  #one(): void {
    const token = this.#tokens.next();
    this.#command = token.text;
    const name = token.text.toLowerCase();
    if (token.kind !== "name") throw new Refusal(`a command is expected, not ${token.text}`);
    const check = Object.hasOwn(this.#grammar, name) ? this.#grammar[name] : undefined;
    if (check === undefined) throw new Refusal("unknown command");
    this.#checkOrder(name);
    this.#commands.push(name);
    check();
  }

  #checkOrder(name: string): void {
    if (name === "source" && this.#commands.some((earlier) => earlier !== "source")) {
      this.#problem("SOURCE comes before all other commands");
    }
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html
    if (name !== "limit" && this.#commands.includes("dedup")) this.#problem("only limit can come after dedup");
    const earlierStats = this.#commands.filter((earlier) => earlier === "stats").length;
    if (name !== "stats" || earlierStats === 0) return;
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-multi
    if (earlierStats >= MOST_STATS) this.#problem(`a query has at most ${MOST_STATS} stats commands`);
    for (const late of ["sort", "limit"]) {
      if (this.#commands.includes(late)) this.#problem(`${late} has to come after the last stats`);
    }
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html */
  #source(): void {
    const token = this.#tokens.next();
    if (token.kind === "string") return;
    if (token.kind !== "name" || token.text.toLowerCase() !== "loggroups") {
      throw new Refusal(`a quoted log group or logGroups(...) is expected, not ${token.text}`);
    }
    throw new Refusal("logGroups(...) is not checked here");
  }

  #fields(): void {
    const made: { readonly alias: string; readonly structure: boolean }[] = [];
    this.#list(() => {
      const { structure } = this.#expression();
      const alias = this.#alias();
      if (alias !== undefined) made.push({ alias, structure });
    });
    // What a command makes is for the commands after it.
    for (const { alias, structure } of made) this.#scope.add(alias, { structure });
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-FilterIndex.html */
  #filterIndex(): void {
    do {
      this.#knownField();
      if (this.#symbol("=")) this.#value();
      else if (this.#keyword("in")) this.#values();
      else this.#unexpected("= or in");
    } while (this.#keyword("and"));
  }

  #stats(): void {
    const scope = this.#scope;
    const output = new Scope([]);
    const names = new Set<string>();
    const put = ({ label, structure }: Expression): void => {
      const alias = this.#alias();
      const name = alias ?? label;
      if (names.has(name)) this.#problem(`${name} is put out twice`);
      names.add(name);
      if (alias !== undefined) output.add(alias, { structure });
      else if (scope.has(label)) output.addFrom(scope, label);
      else output.addLabel(label);
    };
    this.#list(() => {
      this.#aggregations = "valid";
      const expression = this.#expression();
      this.#aggregations = "out of place";
      if (!expression.aggregates) this.#problem(`${expression.label} is not aggregated`);
      put(expression);
    });
    if (this.#keyword("by")) {
      this.#list(() => {
        put(this.#expression());
      });
    }
    this.#scope = output;
  }

  #sort(): void {
    this.#list(() => {
      this.#expression();
      this.#keyword("asc", "desc");
    });
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
  #limit(): void {
    const token = this.#tokens.next();
    const rows = Number(token.text);
    if (token.kind !== "number" || !Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS) {
      this.#problem(`a whole number from 1 to ${MOST_ROWS} is expected, not ${token.text}`);
    }
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html */
  #parse(): void {
    if (this.#isField(this.#tokens.peek())) this.#knownField();
    const expression = this.#tokens.regularExpression();
    if (expression !== undefined) {
      this.#checkExpression(expression);
      const groups = [...expression.matchAll(/\(\?<([A-Za-z]\w*)>/g)].map(([, name]) => name ?? "");
      if (groups.length === 0) this.#problem(`/${expression}/ has no named group, such as (?<name>.*)`);
      for (const group of groups) this.#scope.add(group);
      return;
    }
    const glob = this.#tokens.next();
    if (glob.kind !== "string") throw new Refusal(`a pattern is expected, not ${glob.text}`);
    if (!this.#keyword("as")) this.#unexpected("as");
    const aliases: string[] = [];
    this.#list(() => aliases.push(this.#field()));
    const stars = glob.text.split("*").length - 1;
    if (stars !== aliases.length) this.#problem(`${glob.text} has ${stars} asterisks, and ${aliases.length} aliases`);
    for (const alias of aliases) this.#scope.add(alias);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html */
  #unnest(): void {
    this.#knownField();
    if (!this.#keyword("into")) this.#unexpected("into");
    this.#scope.add(this.#field(), { structure: true });
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Lookup.html */
  #lookup(): void {
    this.#field();
    this.#list(() => {
      const key = this.#field();
      const field = this.#alias() ?? key;
      if (!this.#scope.has(field)) this.#problem(`unknown field ${field}`);
    });
    if (!this.#keyword("output")) this.#unexpected("output");
    this.#list(() => {
      const column = this.#field();
      this.#scope.add(this.#alias() ?? column);
    });
  }

  /** Of the weakest binding: or. */
  #expression(): Expression {
    const start = this.#tokens.peek().start;
    const parts = this.#chain(
      () =>
        this.#chain(
          () => this.#negation(),
          () => this.#keyword("and"),
        ),
      () => this.#keyword("or"),
    );
    return { ...parts, label: this.#tokens.textFrom(start).trim().replaceAll("`", "") };
  }

  #negation(): Expression {
    return this.#keyword("not") ? this.#negation() : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#sum();
    const negated = this.#keyword("not");
    if (this.#keyword("like") || (!negated && this.#symbol("=~"))) this.#pattern();
    else if (this.#keyword("in")) this.#values();
    else if (negated) this.#unexpected("like or in");
    else if (COMPARISONS.some((operator) => this.#symbol(operator))) return both(left, this.#sum());
    return left;
  }

  #sum(): Expression {
    return this.#chain(
      () => this.#product(),
      () => this.#symbol("+") || this.#symbol("-"),
    );
  }

  #product(): Expression {
    return this.#chain(
      () => this.#power(),
      () => this.#symbol("*") || this.#symbol("/") || this.#symbol("%"),
    );
  }

  #power(): Expression {
    return this.#chain(
      () => this.#sign(),
      () => this.#symbol("^"),
    );
  }

  #sign(): Expression {
    return this.#symbol("-") ? this.#sign() : this.#operand();
  }

  #operand(): Expression {
    const plain = { label: "", aggregates: false, structure: false };
    const token = this.#tokens.peek();
    if (token.kind === "string" || token.kind === "number") {
      this.#tokens.next();
      return plain;
    }
    if (this.#symbol("(")) {
      const inner = this.#expression();
      this.#demand(")");
      return inner;
    }
    if (token.kind === "period") throw new Refusal(`${token.text} is a period: those belong in bin() and its like`);
    if (!this.#isField(token)) throw new Refusal(`a field, a value or a function is expected, not ${token.text}`);
    this.#tokens.next();
    if (token.kind === "name" && this.#symbol("(")) return this.#call(token);
    if (token.kind === "name" && LITERALS.has(token.text.toLowerCase())) return plain;
    if (!this.#scope.has(token.text)) this.#problem(`unknown field ${token.text}`);
    return plain;
  }

  #call(token: Token): Expression {
    const name = token.text.toLowerCase();
    const aggregation = AGGREGATIONS.get(name);
    const problemsBefore = this.problems.length;
    const place = this.#aggregations;
    if (aggregation !== undefined && place === "valid") this.#aggregations = "nested";
    const count = this.#arguments(name);
    this.#aggregations = place;

    const result = { label: "", aggregates: aggregation !== undefined, structure: STRUCTURES.has(name) };
    if (this.#scope.hasLabel(this.#tokens.textFrom(token.start))) {
      // A column of an earlier stats that has no alias, called by its expression.
      this.problems.length = problemsBefore;
      return { ...result, aggregates: false };
    }
    const [least, most] = aggregation ?? FUNCTIONS.get(name) ?? [0, ANY];
    if (aggregation === undefined && !FUNCTIONS.has(name)) this.#problem(`unknown function ${token.text}`);
    if (count < least || count > most) this.#problem(`${token.text} cannot have ${count} arguments`);
    if (aggregation !== undefined && place !== "valid") {
      this.#problem(`${token.text} aggregates, and is ${place === "nested" ? "in another aggregation" : place}`);
    }
    if (name === "bin" && !this.#scope.has("@timestamp")) this.#problem("bin needs @timestamp, which is unknown here");
    return result;
  }

  /** What comes after the opening parenthesis, with the closing one; how many arguments there are. */
  #arguments(name: string): number {
    if (this.#symbol(")")) return 0;
    if (name === "count" && this.#symbol("*")) {
      this.#demand(")");
      return 1;
    }
    let count = 0;
    do {
      if (PERIOD_ARGUMENT.get(name) === count) this.#period();
      else this.#expression();
      count += 1;
    } while (this.#symbol(","));
    this.#demand(")");
    return count;
  }

  #period(): void {
    const { kind, text } = this.#tokens.next();
    if (kind !== "period") throw new Refusal(`a period such as 5m is expected, not ${text}`);
    const amount = Number.parseInt(text, 10);
    const cap = PERIOD_CAPS.get(text.replace(/^\d+/, "").toLowerCase());
    if (cap === undefined) this.#problem(`${text} has no known unit of time`);
    else if (amount < 1) this.#problem(`${text} is no time at all`);
    else if (amount > cap) this.#problem(`${text} is cut to ${cap}: a larger unit is needed`);
  }

  #pattern(): void {
    const expression = this.#tokens.regularExpression();
    if (expression !== undefined) {
      this.#checkExpression(expression);
      return;
    }
    const { kind, text } = this.#tokens.next();
    if (kind !== "string") throw new Refusal(`a text or a regular expression is expected, not ${text}`);
  }

  #checkExpression(expression: string): void {
    try {
      // Flags within the expression are not JavaScript's.
      new RegExp(expression.replaceAll(/\(\?[imsU]+\)/g, ""));
    } catch {
      this.#problem(`/${expression}/ is not a regular expression`);
    }
  }

  #values(): void {
    this.#demand("[");
    this.#list(() => {
      this.#value();
    });
    this.#demand("]");
  }

  #value(): void {
    this.#symbol("-");
    const { kind, text } = this.#tokens.next();
    if (kind !== "string" && kind !== "number") throw new Refusal(`a value is expected, not ${text}`);
  }

  #alias(): string | undefined {
    return this.#keyword("as") ? this.#field() : undefined;
  }

  #knownField(): string {
    const field = this.#field();
    if (!this.#scope.has(field)) this.#problem(`unknown field ${field}`);
    return field;
  }

  #field(): string {
    const token = this.#tokens.next();
    if (!this.#isField(token)) throw new Refusal(`a field is expected, not ${token.text}`);
    return token.text;
  }

  #isField({ kind, text }: Token): boolean {
    return kind === "quoted" || (kind === "name" && !KEYWORDS.has(text.toLowerCase()));
  }

  #list(one: () => unknown): void {
    do one();
    while (this.#symbol(","));
  }

  #chain(one: () => Expression, operator: () => boolean): Expression {
    let result = one();
    while (operator()) result = both(result, one());
    return result;
  }

  /** Takes one of these keywords, if it comes next. */
  #keyword(...words: readonly string[]): boolean {
    const { kind, text } = this.#tokens.peek();
    const found = kind === "name" && words.some((word) => word.toLowerCase() === text.toLowerCase());
    if (found) this.#tokens.next();
    return found;
  }

  /** Takes this symbol, if it comes next. */
  #symbol(symbol: string): boolean {
    const { kind, text } = this.#tokens.peek();
    const found = kind === "symbol" && text === symbol;
    if (found) this.#tokens.next();
    return found;
  }

  #demand(symbol: string): void {
    if (!this.#symbol(symbol)) this.#unexpected(symbol);
  }

  #unexpected(expected: string): never {
    throw new Refusal(`${expected} is expected, not ${this.#tokens.peek().text}`);
  }

  #problem(text: string): void {
    this.problems.push(`${this.#command}: ${text}`);
  }
}

function both(left: Expression, right: Expression): Expression {
  return { label: "", aggregates: left.aggregates || right.aggregates, structure: false };
}

/** CloudWatch writes an expression's name as the query has it; we are not to depend on spaces. */
function labelOf(expression: string): string {
  return expression.replaceAll(/[\s`]/g, "").toLowerCase();
}

function named(names: readonly string[], count: Arguments): [string, Arguments][] {
  return names.map((name) => [name.toLowerCase(), count]);
}

function uncapped(unit: string): readonly [string, number] {
  return [unit, ANY];
}
