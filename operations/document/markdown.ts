import { HtmlRenderer, Parser } from "commonmark";

/**
 * Markdown as HTML. HTML in it is left out, and so are links that run something; of a picture only its text is shown,
 * so that a page asks for nothing outside of itself.
 */
export function renderMarkdown(text: string): string {
  return new HtmlRenderer({ safe: true })
    .render(new Parser().parse(text))
    .replaceAll(/<img src="([^"]*)" alt="([^"]*)"[^>]*>/g, (_, address: string, name: string) =>
      name === "" ? address : name,
    )
    .replaceAll("<a href=", '<a target="_blank" rel="noreferrer noopener" href=');
}
