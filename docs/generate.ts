import { writeFileSync } from "node:fs";
import { renderReferencePage } from "../environments/reference";

/** `npm run docs`: generates the generated parts of the documentation. */
export default function main(): void {
  writeFileSync("docs/configuration.md", renderReferencePage());
}
