/** What is used of https://github.com/commonmark/commonmark.js, which has no types of its own. */
declare module "commonmark" {
  /** A parsed text. */
  export interface Node {
    readonly type: string;
  }

  /** Reads Markdown. */
  export class Parser {
    parse(text: string): Node;
  }

  /** Writes HTML; with `safe`, without the HTML in the Markdown and without links that run something. */
  export class HtmlRenderer {
    constructor(options: { readonly safe: boolean });
    render(tree: Node): string;
  }
}
