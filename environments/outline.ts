const OPERATOR = /^(&&|\|\||[=!<>]=|=>|[!?<>+*/%-])/;

/** What is known about a text in HCL without parsing it. */
export interface Outline {
  /**
   * How deep it is nested: maps, lists, parentheses and templates around one place, and the operators of the
   * expressions that lead there. Parsers use stack space for each, and crash without a message when it is used up.
   */
  readonly nesting: number;
  /** Number of assignments to keys. It may count too many in expressions. */
  readonly assignments: number;
}

/** Reads a text in HCL once, from beginning to end, whatever it contains. */
export function readOutline(text: string): Outline {
  /** How each level ends, and its operators. A heredoc ends with its marker on a separate line. */
  const levels: { readonly end: string; operators: number }[] = [{ end: "", operators: 0 }];
  let depth = 0;
  let nesting = 0;
  let assignments = 0;
  let at = 0;
  const open = (end: string) => {
    levels.push({ end, operators: 0 });
    nesting = Math.max(nesting, ++depth);
  };
  const close = () => {
    const { operators = 0 } = levels.pop() ?? {};
    depth -= operators + 1;
  };
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found;
  };

  while (at < text.length) {
    const level = levels.at(-1) ?? { end: "", operators: 0 };
    const { end } = level;
    if (end === '"' || end.length > 1) {
      if (end === '"' ? text[at] === '"' : isHeredocEnd(text, at, end)) {
        at += end === '"' ? 1 : 0;
        close();
      } else if (skip(/\$\$\{|%%\{/y) === undefined) {
        if (skip(/[$%]\{/y) !== undefined) open("}");
        // Quoted text also ends at the end of its line: what follows is wrong anyway.
        else at += end === '"' && text[at] === "\\" ? 2 : 1;
      }
      continue;
    }
    if (skip(/[^\S\n]+|\n|\w+|#.*|\/\/.*|\/\*[^]*?(\*\/|$)/y) !== undefined) continue;
    const [heredoc, word] = matchAt(/<<-?([\w-]+)\r?\n/y, text, at);
    const operator = heredoc === undefined ? OPERATOR.exec(text.slice(at, at + 2))?.[0] : undefined;
    const character = text[at] ?? "";
    if (heredoc !== undefined && word !== undefined) {
      at += heredoc.length - 1;
      open(`\n${word}`);
    } else if (operator !== undefined && operator !== "=>") {
      at += operator.length;
      level.operators++;
      nesting = Math.max(nesting, ++depth);
    } else {
      at += operator?.length ?? 1;
      if (operator === undefined && (character === "=" || character === ":")) assignments++;
      if (character === end) close();
      else if ("{[(".includes(character)) open({ "{": "}", "[": "]", "(": ")" }[character] ?? "");
      else if (character === '"') open('"');
      else if (character === "," || character === "=") {
        depth -= level.operators;
        level.operators = 0;
      }
    }
  }
  return { nesting, assignments };
}

function isHeredocEnd(text: string, at: number, end: string): boolean {
  return text[at] === "\n" && matchAt(/\n[^\S\n]*([\w-]+)\s*?(\n|$)/y, text, at)[1] === end.slice(1);
}

function matchAt(pattern: RegExp, text: string, at: number): readonly (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}
