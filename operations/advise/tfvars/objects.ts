/** Finds the exact positions of maps in a tfvars file: the parser that checks these files does not report ends. */

/** One `key = value` of a map, or of the file itself. Positions are indexes into the text. */
export interface Item {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Missing if the value is not a map. */
  readonly map?: MapPlace;
}

/** A map: `open` is the position of its `{`, `close` that of its `}`. */
export interface MapPlace {
  readonly open: number;
  readonly close: number;
  readonly items: readonly Item[];
}

/** Thrown for a text that this reader cannot parse, although it may be valid. */
export class UnsupportedSyntax extends Error {}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

/**
 * The items of a file: comments, strings with templates, heredocs and nested maps are recognized.
 *
 * @throws NotUnderstood
 */
export function parseItems(text: string): readonly Item[] {
  const reader = new Reader(text);
  const items = reader.items();
  if (!reader.isAtEnd()) throw new UnsupportedSyntax();
  return items;
}

class Reader {
  private at: number;

  constructor(private readonly text: string) {
    this.at = text.startsWith("\uFEFF") ? 1 : 0;
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Up to the end, or the `}` of the surrounding map. */
  items(): Item[] {
    const items: Item[] = [];
    for (;;) {
      while (this.take(/[\s,]+/y) || this.comment());
      if (this.isAtEnd() || this.sees("}")) return items;
      items.push(this.item());
    }
  }

  private item(): Item {
    const keyStart = this.at;
    if (this.sees('"')) this.string();
    else if (!this.take(/[\p{L}\p{N}_-]+/uy)) throw new UnsupportedSyntax();
    const written = this.text.slice(keyStart, this.at);
    while (this.take(/[^\S\n]+/y) || this.comment());
    if (!this.take(/[=:]/y)) throw new UnsupportedSyntax();
    while (this.take(/[^\S\n]+/y) || this.comment());
    const valueStart = this.at;
    const map = this.sees("{") ? this.map() : undefined;
    const valueEnd = map ? this.at : this.value();
    return { key: written.replace(/^"(.*)"$/s, "$1"), valueStart, valueEnd, ...(map && { map }) };
  }

  private map(): MapPlace {
    const open = this.at++;
    const items = this.items();
    if (!this.sees("}")) throw new UnsupportedSyntax();
    return { open, close: this.at++, items };
  }

  /** Any other value, which ends at a comma, the line's end or its map's. */
  private value(): number {
    let end = this.at;
    while (!this.isAtEnd() && !/[\n,}#]/.test(this.text[this.at] ?? "") && !this.sees("//")) {
      if (this.take(/[^\S\n]+/y) || this.comment()) continue;
      if (!this.heredoc()) this.token();
      end = this.at;
    }
    return end;
  }

  private token(): void {
    const character = this.text[this.at] ?? "";
    const closing = CLOSING[character];
    if (character === '"') this.string();
    else if (closing !== undefined) this.bracketed(closing);
    else this.at++;
  }

  private bracketed(closing: string): void {
    this.at++;
    while (!this.sees(closing)) {
      if (this.isAtEnd()) throw new UnsupportedSyntax();
      if (!this.comment() && !this.heredoc()) this.token();
    }
    this.at++;
  }

  private string(): void {
    this.at++;
    while (!this.sees('"')) {
      if (this.isAtEnd()) throw new UnsupportedSyntax();
      // `$${` and `%%{` are not templates.
      if (this.take(/\\./sy) || this.take(/\$\$\{|%%\{/y)) continue;
      if (this.take(/[$%](?=\{)/y)) this.bracketed("}");
      else this.at++;
    }
    this.at++;
  }

  private heredoc(): boolean {
    const begin = /<<-?([\p{L}\p{N}_-]+)\r?\n/uy;
    begin.lastIndex = this.at;
    const [whole, marker = ""] = begin.exec(this.text) ?? [];
    if (whole === undefined) return false;
    const end = new RegExp(`^[^\\S\\n]*${marker}(?=\\s*?$)`, "mg");
    end.lastIndex = this.at + whole.length;
    const found = end.exec(this.text);
    if (!found) throw new UnsupportedSyntax();
    this.at = found.index + found[0].length;
    return true;
  }

  private comment(): boolean {
    return this.take(/(#|\/\/)[^\n]*/y) || this.take(/\/\*[\s\S]*?\*\//y);
  }

  private sees(what: string): boolean {
    return this.text.startsWith(what, this.at);
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }
}
