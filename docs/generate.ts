import { writeFileSync } from "node:fs";
import { referencePage } from "../environments/reference";

writeFileSync("docs/configuration.md", referencePage());
