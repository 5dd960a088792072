#!/usr/bin/env node
process.argv.splice(2, 0, "operations/main.ts");
require("./run");
