import { LambdaServiceError } from "../../../local/lambda/service-errors";

/** A value as DynamoDB's API has it, such as `{ S: "text" }`. */
type Attribute = Readonly<Record<string, unknown>>;

type Item = Readonly<Record<string, Attribute>>;

/** The names and values of an operation's expressions. */
interface Words {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>>;
}

/** An operation's input, as far as it is known here. */
export interface ItemOperation extends Words {
  readonly Key?: Readonly<Record<"id", Attribute>>;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
}

/**
 * A table of DynamoDB in memory, with the key `id`: GetItem, PutItem, UpdateItem (SET and REMOVE) and Scan, with
 * conditions. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
 */
export class ItemTable {
  private readonly items = new Map<string, Item>();

  /**
   * Answers one operation.
   *
   * @throws LambdaServiceError if a condition is not met
   */
  answer(operation: string, input: ItemOperation): object {
    const id = JSON.stringify(input.Key?.id ?? input.Item?.["id"]);
    const item = this.items.get(id);
    if (operation === "Scan") return { Items: [...this.items.values()], Count: this.items.size };
    if (operation === "GetItem") return item ? { Item: item } : {};
    const { ConditionExpression: condition } = input;
    if (condition !== undefined && !new ConditionReader(condition, input, item ?? {}).read()) {
      throw new LambdaServiceError("ConditionalCheckFailedException", 400, "The conditional request failed");
    }
    const changed = operation === "PutItem" ? (input.Item ?? {}) : update({ ...input.Key, ...item }, input);
    this.items.set(id, changed);
    return operation === "PutItem" ? {} : { Attributes: changed };
  }
}

function update(item: Item, { UpdateExpression: text = "", ...words }: ItemOperation): Item {
  const [, sets = "", removals = ""] = /^(?:SET (.*?))?(?: ?REMOVE (.*))?$/.exec(text) ?? [];
  const added = split(sets).map((assignment): readonly [string, Attribute] => {
    const [name = "", value = ""] = assignment.split(" = ");
    return [translate(name, words), words.ExpressionAttributeValues?.[value] ?? {}];
  });
  const removed = new Set(split(removals).map((name) => translate(name, words)));
  const kept = Object.entries(item).filter(([name]) => !removed.has(name));
  return Object.fromEntries([...kept, ...added]);
}

function split(list: string): string[] {
  return list === "" ? [] : list.split(", ");
}

function translate(name: string, { ExpressionAttributeNames: names = {} }: Words): string {
  return names[name] ?? name;
}

/** Decides whether a condition holds for an item. */
class ConditionReader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(
    condition: string,
    private readonly words: Words,
    private readonly item: Item,
  ) {
    this.tokens = condition.match(/[#:]?[\w.#]+|<=|>=|<>|[=<>(),]/g) ?? [];
  }

  read(): boolean {
    let holds = this.readConjunction();
    while (this.takes("OR")) holds = this.readConjunction() || holds;
    return holds;
  }

  private readConjunction(): boolean {
    let holds = this.readTerm();
    while (this.takes("AND")) holds = this.readTerm() && holds;
    return holds;
  }

  private readTerm(): boolean {
    if (this.takes("NOT")) return !this.readTerm();
    if (this.takes("(")) {
      const holds = this.read();
      this.at++;
      return holds;
    }
    const first = this.take();
    if (first === "attribute_not_exists" || first === "attribute_exists") {
      this.at++;
      const exists = this.find(this.take()) !== undefined;
      this.at++;
      return exists === (first === "attribute_exists");
    }
    const value = this.find(first);
    if (this.takes("IN")) {
      const others: unknown[] = [];
      while (!this.takes(")")) {
        this.at++;
        others.push(this.find(this.take()));
      }
      return value !== undefined && others.includes(value);
    }
    const operator = this.take();
    return holdsBetween(value, operator, this.find(this.take()));
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private take(): string {
    return this.tokens[this.at++] ?? "";
  }

  /** The text or number of a placeholder or a path, without its type. */
  private find(operand: string): string | number | undefined {
    if (operand.startsWith(":")) return readPlain(this.words.ExpressionAttributeValues?.[operand]);
    const path = operand.split(".").map((name) => translate(name, this.words));
    let found: Attribute | undefined = { M: this.item };
    for (const name of path) found = (found?.["M"] as Item | undefined)?.[name];
    return readPlain(found);
  }
}

function readPlain(attribute: Attribute | undefined): string | number | undefined {
  const { S: text, N: number, M: map } = Object(attribute) as { readonly S?: string; readonly N?: string; M?: object };
  return text ?? (number === undefined ? map && JSON.stringify(map) : Number(number));
}

function holdsBetween(one: string | number | undefined, operator: string, other: string | number | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  switch (operator) {
    case "=":
      return one === other;
    case "<>":
      return one !== other;
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    default:
      return one >= other;
  }
}
