import { type AlarmState } from "./alarm";

/** Thrown for a rule that CloudWatch would refuse, or that names an unknown alarm. */
export class AlarmRuleError extends Error {}

// Limits of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
const MAX_CHARACTERS = 10_240;
const MAX_ELEMENTS = 500;

const STATES: ReadonlyMap<string, AlarmState> = new Map(
  (["ALARM", "OK", "INSUFFICIENT_DATA"] as const).map((state) => [state, state]),
);

interface Token {
  readonly text: string;
  /** The name within quotes; undefined if there are no quotes. */
  readonly quoted?: string;
}

/**
 * The state of a composite alarm: ALARM if its `alarm_rule` is true, otherwise OK. `states` has the children's states,
 * by the name or ARN that the rule uses. Supports ALARM(), OK(), INSUFFICIENT_DATA(), TRUE, FALSE, NOT, AND, OR and
 * parentheses; not AT_LEAST(). NOT binds tightest and OR loosest, which AWS does not document. Throws an AlarmRuleError
 * for anything else, and for unknown alarms, whether or not the result depends on them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function evaluateComposite(rule: string, states: Readonly<Record<string, AlarmState>>): "ALARM" | "OK" {
  if (rule.length > MAX_CHARACTERS) throw new AlarmRuleError(`the rule has more than ${MAX_CHARACTERS} characters`);
  const tokens = splitRule(rule);
  let position = 0;
  let elements = 0;

  const next = (): string | undefined => {
    const token = tokens[position];
    return token && token.quoted === undefined ? token.text : undefined;
  };

  function take(expected: string): void {
    if (next() !== expected) throw new AlarmRuleError(`expected ${expected}, found ${describe(tokens[position])}`);
    position++;
  }

  function count(): void {
    if (++elements > MAX_ELEMENTS) throw new AlarmRuleError(`the rule has more than ${MAX_ELEMENTS} elements`);
  }

  function disjunction(): boolean {
    let result = conjunction();
    while (next() === "OR") {
      position++;
      result = conjunction() || result;
    }
    return result;
  }

  function conjunction(): boolean {
    let result = negation();
    while (next() === "AND") {
      position++;
      result = negation() && result;
    }
    return result;
  }

  function negation(): boolean {
    let negated = false;
    while (next() === "NOT") {
      position++;
      negated = !negated;
    }
    return primary() !== negated;
  }

  function primary(): boolean {
    count();
    const word = next();
    const state = STATES.get(word ?? "");
    if (state) {
      position++;
      take("(");
      const name = alarmName();
      take(")");
      return findState(name) === state;
    }
    if (word === "TRUE" || word === "FALSE") {
      position++;
      return word === "TRUE";
    }
    if (word !== "(") throw new AlarmRuleError(`expected a condition, found ${describe(tokens[position])}`);
    position++;
    const result = disjunction();
    take(")");
    return result;
  }

  function alarmName(): string {
    const token = tokens[position];
    if (!token || ["(", ")", ","].includes(token.text)) {
      throw new AlarmRuleError(`expected the name of an alarm, found ${describe(token)}`);
    }
    position++;
    return token.quoted ?? token.text;
  }

  function findState(name: string): AlarmState {
    const state = Object.hasOwn(states, name) ? states[name] : undefined;
    if (!state) throw new AlarmRuleError(`there is no alarm ${JSON.stringify(name)}`);
    return state;
  }

  const result = disjunction();
  if (position < tokens.length) throw new AlarmRuleError(`expected the end, found ${describe(tokens[position])}`);
  return result ? "ALARM" : "OK";
}

function splitRule(rule: string): readonly Token[] {
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([(),])|([^\s(),"]+))\s*/suy;
  const tokens: Token[] = [];
  if (rule.trim() === "") return tokens;
  while (pattern.lastIndex < rule.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(rule);
    if (!match) throw new AlarmRuleError(`cannot read the rule from ${JSON.stringify(rule.slice(start, start + 20))}`);
    const [text, quoted, bracket, word] = match;
    if (quoted === undefined) tokens.push({ text: bracket ?? word ?? text });
    else tokens.push({ text, quoted: quoted.replace(/\\(.)/gsu, "$1") });
  }
  return tokens;
}

function describe(token: Token | undefined): string {
  return token ? token.text : "the end";
}
