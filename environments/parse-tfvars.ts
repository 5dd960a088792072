import { type getExpressionAst } from "@cdktf/hcl2json";
import { setFlagsFromString } from "node:v8";
import { explainSyntax } from "./explain-syntax";
import { formatKeyPath, type Mistake } from "./mistakes";
import { readOutline } from "./outline";
import { decodeText, detectUtf16 } from "./text-file";

// The parser is a WebAssembly program that runs for milliseconds here: V8 would take longer to optimize it than to run
// it, and twice the memory.
setFlagsFromString("--liftoff-only");

/**
 * No file needs a tenth of this. The parser can handle several times as much, and crashes without a message when its
 * stack is used up.
 */
const MAX_NESTING = 100;

type Syntax = NonNullable<Awaited<ReturnType<typeof getExpressionAst>>>;

/** One file of Terraform variable values: its values, as far as they can be read, and its syntax mistakes. */
export interface Tfvars {
  /** Plain data; expressions are `"${…}"` strings. Missing when the file is not HCL. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads a file of Terraform variable values. Reports mistakes in syntax, blocks, and keys that are set twice, with line
 * and column.
 *
 * @param file the file's path, for messages
 */
export async function parseTfvars(file: string, bytes: Uint8Array): Promise<Tfvars> {
  const wrong = (message: string) => ({ mistakes: [{ file, message }] });
  if (detectUtf16(bytes)) return wrong("expected UTF-8 text, got UTF-16: save it as UTF-8");
  const text = decodeText(bytes);
  if (text === undefined) return wrong("expected UTF-8 text, got other bytes");
  const { nesting, assignments } = readOutline(text);
  if (nesting > MAX_NESTING) return wrong(`expected at most ${MAX_NESTING} levels of nesting, got ${nesting}`);
  // Loading it takes as long as many a command's help.
  const hcl = await import("@cdktf/hcl2json");
  try {
    const values = (await hcl.parse(file, text)) as Record<string, unknown>;
    // Looking for repeated keys takes twice as long as reading the values. In nearly every file there are as many keys
    // as assignments.
    if (countKeys(values) === assignments) return { values, mistakes: [] };
    // Parsed as one map, the file shows keys that are set twice (hcl2json silently takes the last one), and cannot have
    // blocks.
    const map = `{\n${text}\n}`;
    const syntax = await hcl.getExpressionAst(file, map);
    return { values, mistakes: syntax ? findRepeatedKeys(file, syntax, Buffer.from(map)) : [] };
  } catch (error) {
    return { mistakes: parseSyntaxMistakes(file, text, String(error)) };
  }
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  return members.reduce<number>(
    (count, member) => count + countKeys(member),
    Array.isArray(value) ? 0 : members.length,
  );
}

/**
 * hcl2json's error is one text of several `file:line,column-line,column: summary; detail`. The first error of a line
 * causes the others.
 */
function parseSyntaxMistakes(file: string, text: string, error: string): Mistake[] {
  const name = file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const parts = error.split(new RegExp(`${name}:(\\d+),(\\d+)-[\\d,]+: `));
  const lines = text.split("\n");
  const mistakes = new Map<string, Mistake>();
  for (let index = 1; index + 2 < parts.length; index += 3) {
    const [line = "", column = "", said = ""] = parts.slice(index, index + 3);
    if (mistakes.has(line)) continue;
    const message = said
      .replaceAll(/\s+/g, " ")
      .replace(/,? and \d+ other diagnostic.*$/, "")
      .replace(/[\s\]]+$/, "");
    const meant = explainSyntax(lines[Number(line) - 1] ?? "", message);
    mistakes.set(line, { file: `${file}:${line}:${column}`, message: meant ?? message });
  }
  return mistakes.size > 0 ? [...mistakes.values()] : [{ file, message: error }];
}

function findRepeatedKeys(file: string, syntax: Syntax, source: Buffer, path: readonly string[] = []): Mistake[] {
  const mistakes: Mistake[] = [];
  const children = syntax.children as Syntax[];
  if (syntax.type !== "object") return children.flatMap((child) => findRepeatedKeys(file, child, source, path));
  const seen = new Set<string>();
  for (let index = 0; index + 1 < children.length; index += 2) {
    const [name, value] = children.slice(index, index + 2) as [Syntax, Syntax];
    const { start, end } = name.range;
    const key = source
      .subarray(start.byte, end.byte)
      .toString()
      .replace(/^"(.*)"$/, "$1");
    if (seen.has(key)) {
      mistakes.push({
        file: `${file}:${start.line}:${start.column}`,
        message: `${formatKeyPath([...path, key])}: set twice`,
      });
    }
    seen.add(key);
    mistakes.push(...findRepeatedKeys(file, value, source, [...path, key]));
  }
  return mistakes;
}
