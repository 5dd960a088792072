import { STYLE } from "./style";
import { escapeText } from "./escape-text";

/** A page in one file, which refers to no other and runs no script. */
export interface Page {
  readonly title: string;
  readonly heading: string;
  /** Below the heading: of what and when. */
  readonly subtitle: string;
  /** HTML. */
  readonly content: readonly string[];
}

/** A page's HTML: light, or dark where the reader's system is. */
export function renderDocument({ title, heading, subtitle, content }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(heading)}</h1>
<p class="soft">${escapeText(subtitle)}</p>
</header>
${content.join("\n")}
</main>
</body>
</html>
`;
}
