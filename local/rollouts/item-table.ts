import type {
  AttributeValue,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { LambdaServiceError } from "../lambda/service-errors";

type Item = Record<string, AttributeValue>;
type Expression = Pick<
  UpdateItemCommandInput,
  "ConditionExpression" | "UpdateExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** The input of an operation, as far as it is known here. */
export type ItemOperation = GetItemCommandInput | PutItemCommandInput | UpdateItemCommandInput;

/**
 * A table of DynamoDB in memory, with the key `id`, as far as its documentation tells what expressions mean:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export class ItemTable {
  readonly items = new Map<string, Item>();

  get(id: string | undefined): Item | undefined {
    return this.items.get(id ?? "");
  }

  /**
   * Answers one operation.
   *
   * @throws LambdaServiceError if a condition is not met, for what DynamoDB refuses as invalid, and for what is not
   *   known here
   */
  answer(operation: string, input: ItemOperation): object {
    switch (operation) {
      case "Scan":
        return { Items: [...this.items.values()] };
      case "GetItem":
        return { Item: this.get((input as GetItemCommandInput).Key?.["id"]?.S) };
      case "PutItem":
        return this.put(input as PutItemCommandInput);
      case "UpdateItem":
        return this.update(input as UpdateItemCommandInput);
      default:
        throw new LambdaServiceError("UnknownOperationException", 400, `not here: ${operation}`);
    }
  }

  private put({ Item: item = {}, ...expression }: PutItemCommandInput): object {
    const id = item["id"]?.S ?? "";
    checkNames(expression);
    this.checkCondition(this.items.get(id) ?? {}, expression);
    this.items.set(id, { ...item });
    return {};
  }

  private update({ Key, ...expression }: UpdateItemCommandInput): { Attributes: Item } {
    const id = Key?.["id"]?.S ?? "";
    checkNames(expression);
    const item = this.items.get(id) ?? {};
    this.checkCondition(item, expression);
    const changed: Item = { ...item, id: { S: id } };
    const {
      UpdateExpression = "",
      ExpressionAttributeNames: names = {},
      ExpressionAttributeValues: values,
    } = expression;
    const [, sets = "", removes = ""] = /^(?:SET (.*?))?(?:(?:^| )REMOVE (.*))?$/.exec(UpdateExpression) ?? [];
    for (const set of sets.split(", ").filter(Boolean)) {
      const [name = "", value = ""] = set.split(" = ");
      const attribute = values?.[value];
      if (!attribute) throw makeInvalid(`no value ${value}`);
      changed[names[name] ?? name] = attribute;
    }
    for (const name of removes.split(", ").filter(Boolean)) Reflect.deleteProperty(changed, names[name] ?? name);
    if (JSON.stringify(changed).length > 400_000) throw makeInvalid("Item size has exceeded");
    this.items.set(id, changed);
    return { Attributes: changed };
  }

  private checkCondition(item: Item, expression: Expression): void {
    if (expression.ConditionExpression === undefined) return;
    if (!new Condition(item, expression).isMet()) {
      throw new LambdaServiceError("ConditionalCheckFailedException", 400, "The conditional request failed");
    }
  }
}

/** Names and values that no expression uses are refused, and also those that an expression has without a definition. */
function checkNames(expression: Expression): void {
  const {
    ConditionExpression = "",
    UpdateExpression = "",
    ExpressionAttributeNames,
    ExpressionAttributeValues,
  } = expression;
  const used = new Set(`${ConditionExpression} ${UpdateExpression}`.match(/[#:]\w+/g));
  const defined = new Set([
    ...Object.keys(ExpressionAttributeNames ?? {}),
    ...Object.keys(ExpressionAttributeValues ?? {}),
  ]);
  const wrong = [...used].filter((name) => !defined.has(name)).concat([...defined].filter((name) => !used.has(name)));
  if (wrong.length > 0) throw makeInvalid(wrong.join(", "));
}

function makeInvalid(message: string): LambdaServiceError {
  return new LambdaServiceError("ValidationException", 400, message);
}

class Condition {
  private readonly tokens: string[];

  constructor(
    private readonly item: Item,
    private readonly expression: Expression,
  ) {
    this.tokens = expression.ConditionExpression?.match(/[#:\w.]+|<=|>=|<>|[()=<>,]/g) ?? [];
  }

  isMet(): boolean {
    const result = this.readAny();
    if (this.tokens.length > 0) throw makeInvalid(this.tokens.join(" "));
    return result;
  }

  private readAny(): boolean {
    let result = this.readAll();
    while (this.takes("OR")) result = this.readAll() || result;
    return result;
  }

  private readAll(): boolean {
    let result = this.readOne();
    while (this.takes("AND")) result = this.readOne() && result;
    return result;
  }

  private readOne(): boolean {
    if (this.takes("NOT")) return !this.readOne();
    if (this.takes("(")) {
      const result = this.readAny();
      this.demand(")");
      return result;
    }
    if (this.takes("attribute_not_exists")) {
      this.demand("(");
      const result = this.readValue() === undefined;
      this.demand(")");
      return result;
    }
    const left = this.readValue();
    if (this.takes("IN")) {
      this.demand("(");
      const all = [this.readValue()];
      while (this.takes(",")) all.push(this.readValue());
      this.demand(")");
      return left !== undefined && all.includes(left);
    }
    const operator = this.tokens.shift();
    const right = this.readValue();
    if (left === undefined || right === undefined) return false;
    if (operator === "=") return left === right;
    if (operator === "<") return left < right;
    if (operator === ">") return left > right;
    throw makeInvalid(operator ?? "the end");
  }

  private readValue(): string | number | undefined {
    const token = this.tokens.shift() ?? "";
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = this.expression;
    let attribute: AttributeValue | undefined;
    if (token.startsWith(":")) attribute = values[token];
    else {
      const [first = "", ...rest] = token.split(".").map((part) => names[part] ?? part);
      attribute = this.item[first];
      for (const part of rest) attribute = attribute?.M?.[part];
    }
    return attribute?.N === undefined ? attribute?.S : Number(attribute.N);
  }

  private takes(token: string): boolean {
    if (this.tokens[0] !== token) return false;
    this.tokens.shift();
    return true;
  }

  private demand(token: string): void {
    if (!this.takes(token)) throw makeInvalid(`expected ${token}`);
  }
}
