/** The beginning of a name with a variable in it. */
const VARIABLE = /[`"'][^`"']*(\$\{|["']\s*\+)/.source;

/** Whether an import's name, with what follows, has a variable in it. The bundler takes each file that may be meant. */
export function hasVariable(name: string): boolean {
  return new RegExp(`^${VARIABLE}`).test(name);
}

/** Whether what the bundler imports is a pattern: every file that a name with a variable in it could mean. */
export function isPattern(path: string): boolean {
  return path.includes("*");
}

/** Leaves names with a variable in them to the running program: this way, the bundler does not know `require`. */
export function leaveRequired(text: string): string {
  return text.replace(new RegExp(String.raw`\brequire\((?=\s*${VARIABLE})`, "g"), "(0,require)(");
}

/** Finds a required name with a variable at its end as Node.js does: it may be without its extension. */
export function completeRequired(text: string): string {
  const required = /\brequire\(\s*(`\.[^`]*\$\{[^`]*\}`|(?:"\.[^"]*"|'\.[^']*')\s*\+[\w\s$.[\]"'+/-]*[\w$\]])\s*\)/g;
  const completed = text.replace(required, (_, name: string) => {
    const ended = name.startsWith("`") ? `${name.slice(0, -1)}\${end}\`` : `${name} + end`;
    return `requireWithEnd((end) => ${ended}, (end) => require(${ended}))`;
  });
  return completed === text ? text : completed + REQUIRE_WITH_END;
}

/** The ends are what Node.js tries after a name: https://nodejs.org/api/modules.html#all-together */
const REQUIRE_WITH_END = `
  ;function requireWithEnd(format, load) {
    for (const end of ["", ".js", ".json", "/index.js", "/index.json"]) {
      try {
        return load(end);
      } catch (error) {
        if (error?.message !== "Module not found in bundle: " + format(end)) throw error;
      }
    }
    throw Object.assign(new Error("Cannot find module '" + format("") + "'"), { code: "MODULE_NOT_FOUND" });
  }`;

/** All that decides how names are rewritten. */
export const REQUIRED_PATTERNS = [VARIABLE, hasVariable, isPattern, leaveRequired, completeRequired, REQUIRE_WITH_END];
