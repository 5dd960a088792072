import { readFileSync, writeFileSync } from "node:fs";
import { renewReference } from "../environments/reference";

const README = "README.md";

writeFileSync(README, renewReference(readFileSync(README, "utf8")));
