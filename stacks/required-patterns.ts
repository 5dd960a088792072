/** Whether what the bundler imports is a pattern: every file that a name with a variable in it could mean. */
export function isPattern(path: string): boolean {
  return path.includes("*");
}

/** Finds a required name with a variable at its end as Node.js does: it may be without its extension. */
export function completeRequired(text: string): string {
  const required = /\brequire\(\s*(`\.[^`]*\$\{[^`]*\}`|(?:"\.[^"]*"|'\.[^']*')\s*\+[\w\s$.[\]"'+/-]*[\w$\]])\s*\)/g;
  const completed = text.replace(required, (_, name: string) => {
    const ended = name.startsWith("`") ? `${name.slice(0, -1)}\${end}\`` : `${name} + end`;
    return `requireWithEnd((end, note) => { note(${ended}); return require(${ended}); })`;
  });
  return completed === text ? text : completed + formatRequireWithEnd();
}

/** The ends are what Node.js tries after a name: https://nodejs.org/api/modules.html#all-together */
export function formatRequireWithEnd(): string {
  return `
    ;function requireWithEnd(load) {
      let tried;
      for (const end of ["", ".js", ".json", "/index.js", "/index.json"]) {
        try {
          return load(end, (name) => (tried = name));
        } catch (error) {
          if (error?.message !== "Module not found in bundle: " + tried) throw error;
        }
      }
      const name = tried.replace(/\\/index\\.json$/, "");
      throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" });
    }`;
}
