import { InsightsQueryError } from "./error";

/** A part of a query's text. Names are without backticks, strings without quotes, expressions without slashes. */
export interface Token {
  readonly kind: "name" | "string" | "regex" | "number" | "period" | "symbol";
  readonly text: string;
}

const SPACE = /\s+|#.*/y;
const PERIOD = /\d+(?:ms|s|m|h|d)\b/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /@?[A-Za-z_]\w*(?:\.\w+)*/y;
const BACKTICKS = /`([^`]+)`/y;
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const REGEX = /\/((?:[^/\\]|\\.)+)\//y;
const SYMBOL = /!=|<=|>=|=~|[=<>()[\],+\-*/%|]/y;

/** After these, a slash begins a regular expression; elsewhere it divides. */
const BEFORE_REGEX = /^(?:like|=~|parse)$/i;

/** @throws InsightsQueryError for a character that has no meaning here */
export function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (!found) return undefined;
    at = pattern.lastIndex;
    return found;
  };
  const mayBeRegex = () => {
    const [before, last] = tokens.slice(-2);
    // The field that is parsed comes between.
    return [before, last].some((token) => token !== undefined && BEFORE_REGEX.test(token.text));
  };
  const kinds: readonly (readonly [Token["kind"], RegExp])[] = [
    ["period", PERIOD],
    ["number", NUMBER],
    ["name", BACKTICKS],
    ["name", NAME],
    ["string", STRING],
    ["regex", REGEX],
    ["symbol", SYMBOL],
  ];
  while (at < query.length) {
    if (take(SPACE)) continue;
    const token = findFirst(kinds, ([kind, pattern]) => {
      const found = kind !== "regex" || mayBeRegex() ? take(pattern) : undefined;
      if (!found) return undefined;
      const [whole, ...groups] = found;
      return { kind, text: groups.find((group) => typeof group === "string") ?? whole };
    });
    if (!token) throw new InsightsQueryError(`not supported here: ${query.slice(at, at + 20)}`);
    tokens.push(token.kind === "string" ? { ...token, text: token.text.replaceAll(/\\(.)/g, "$1") } : token);
  }
  return tokens;
}

function findFirst<Item, Result>(items: readonly Item[], find: (item: Item) => Result | undefined): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
