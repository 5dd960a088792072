import { writeFileSync } from "node:fs";
import { renderReferencePage } from "../environments/reference";

/** `npm run docs`: renews what is generated of the documentation. */
export default function main(): void {
  writeFileSync("docs/configuration.md", renderReferencePage());
}
