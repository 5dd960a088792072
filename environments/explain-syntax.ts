interface Habit {
  /** The text of the line. */
  readonly line: RegExp;
  /** The parser's message; matches any if it is missing. */
  readonly said?: RegExp;
  readonly message: (found: RegExpExecArray) => string;
}

const KEY = /"?([A-Za-z_][\w-]*)"?/.source;

/** What people write who are used to another notation, and what to write instead. The first match counts. */
const HABITS: readonly Habit[] = [
  {
    line: /^\s*(terraform|variable|resource|data|module|provider|locals|output)\b[^=]*\{/,
    message: ([, block]) => `expected values only, as in region = "eu-west-1", got the block ${block}`,
  },
  {
    line: /^\s*[{[]/,
    said: /^Argument or block definition required/,
    message: () => 'expected lines as in region = "eu-west-1", got JSON',
  },
  {
    line: new RegExp(`^\\s*${KEY}\\s*:`),
    said: /^(Argument or block definition required|Invalid argument name)/,
    message: ([, key]) => `${key}: expected = after the key, as in ${key} = …, got a colon`,
  },
  {
    line: /^\s*(\w+)((?:\.[\w-]+)+)\s*=/,
    said: /^Argument or block definition required/,
    message: ([, first = "", rest = ""]) => {
      const path = rest.slice(1).split(".");
      const nested = path.reduceRight((inner, key) => `{ ${key} = ${inner} }`, "…");
      return `expected a key, got a path: write ${first} = ${nested}`;
    },
  },
  {
    line: new RegExp(`(?:^|[{,])\\s*${KEY}(?:\\s+"[^"]*")*\\s*\\{`),
    said: /^(Missing key\/value separator|Argument definition required|Invalid block definition)/,
    message: ([, key]) => `expected = between key and map, as in ${key} = { … }, got a block`,
  },
  {
    line: new RegExp(`(?:^|[{,])\\s*${KEY}\\s+["\\w]`),
    said: /^(Missing key\/value separator|Invalid block definition)/,
    message: ([, key]) => `${key}: expected = after the key, as in ${key} = …`,
  },
  {
    line: /'[^']*'/,
    said: /Single quotes are not valid/,
    message: ([text = ""]) => `expected double quotes, as in "${text.slice(1, -1)}", got single quotes`,
  },
  {
    line: /=\s*\[?\s*([^\s"{}[\],]+)/,
    said: /^Invalid character; This character is not used/,
    message: ([, word]) => `expected text in quotes, as in "${word}"`,
  },
  {
    line: /=\s*(\d+)([A-Za-z]+)/,
    said: /^(Missing attribute separator|Missing newline after argument)/,
    message: ([, number, unit]) =>
      `expected a number alone, as in ${number}, got ${number}${unit}: units are in the keys' names`,
  },
  {
    line: /"/,
    said: /^Invalid multi-line string/,
    message: () => 'expected a " at the end of the text, got the end of the line',
  },
  {
    line: /,\s*$/,
    said: /^Unexpected comma after argument/,
    message: () => "expected no comma at the end of the line: outside of maps and lists, each key has its own line",
  },
  {
    line: /^/,
    said: /^Missing expression; .*end of the file/,
    message: () => "expected a value or a closing bracket, got the end of the file",
  },
];

/**
 * Explains what is wrong in a line of HCL in terms of what its author probably meant.
 *
 * @param said the parser's message
 * @returns undefined if the parser's own message is as good
 */
export function explainSyntax(line: string, said: string): string | undefined {
  for (const { line: pattern, said: expected, message } of HABITS) {
    const found = pattern.exec(line);
    if (found && (expected?.test(said) ?? true)) return message(found);
  }
  return undefined;
}
