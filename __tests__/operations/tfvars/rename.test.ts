import { parse } from "@cdktf/hcl2json";
import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RENAMED_KEYS } from "../../../environments/renamed-keys";
import { renameKeys } from "../../../operations/tfvars/rename";

beforeAll(() => {
  Object.assign(RENAMED_KEYS, {
    retention: "log_retention_days",
    "functions.<name>.memory": "memory_mb",
    "functions.<name>.mode": "http.invoke_mode",
    "functions.<name>.origins": "http.cors.allow_origins",
    "functions.<name>.warm": "warming",
    "functions.<name>.warm.each": "every",
  });
});

test.each([
  ["a key, and nothing else", "# ours\nretention = 7 # days\n", "# ours\nlog_retention_days = 7 # days\n"],
  [
    "a key of each function",
    "functions = {\n  api = { memory = 512 }\n  web = {\n    memory = 256\n  }\n}\n",
    "functions = {\n  api = { memory_mb = 512 }\n  web = {\n    memory_mb = 256\n  }\n}\n",
  ],
  [
    "an aligned key",
    'functions = { api = {\n  memory      = 512 // MB\n  environment = { A = "ä" }\n} }\n',
    'functions = { api = {\n  memory_mb   = 512 // MB\n  environment = { A = "ä" }\n} }\n',
  ],
  [
    "a key in quotes, with a colon or without spaces",
    'functions = { "a-b" : { "memory" : 512, "warm":{} }, c={memory=1} }\r\n',
    'functions = { "a-b" : { memory_mb : 512, warming:{} }, c={memory_mb=1} }\r\n',
  ],
  [
    "a key that is in a map now",
    'functions = { api = {\n  mode = "buffered" # all at once\n} }\n',
    'functions = { api = {\n  http = { invoke_mode = "buffered" } # all at once\n} }\n',
  ],
  [
    "a list that is in two maps now",
    'functions = { api = { origins = [\n  "a", # first\n] } }\n',
    'functions = { api = { http = { cors = { allow_origins = [\n  "a", # first\n] } } } }\n',
  ],
  [
    "a map and a key in it",
    "functions = { api = { warm = {\n  /* min */ each = 5\n} } }\n",
    "functions = { api = { warming = {\n  /* min */ every = 5\n} } }\n",
  ],
  [
    "no key of the same name elsewhere",
    "memory = 1\ntags = { retention = 7 }\n",
    "memory = 1\ntags = { retention = 7 }\n",
  ],
])("%s gets its new name", async (_, before, after) => {
  expect(await renameKeys(before)).toEqual({ text: after, misfits: [] });
});

test("a key keeps its old name if the new one is there, and this is said", async () => {
  const text = 'functions = { api = { memory = 512, memory_mb = 256, mode = "buffered", http = {} } }\n';

  expect(await renameKeys(text)).toEqual({
    text,
    misfits: [
      "functions.api.memory: its new name is memory_mb, and memory_mb is there already",
      "functions.api.mode: its new name is http.invoke_mode, and http is there already",
    ],
  });
});

test("values stay, whatever they are", async () => {
  const value = fc.oneof(
    fc.nat().map(String),
    fc.boolean().map(String),
    fc.constantFrom('"ä # {"', '""', "[]", "[1, 2]", "{}", '{ a = "}" }', "[{ b = 1 }]"),
  );
  const space = fc.constantFrom("", " ", "   ");
  await fc.assert(
    fc.asyncProperty(value, value, space, space, async (first, second, before, after) => {
      const write = (memory: string, mode: (text: string) => string) =>
        `functions = {\n  api = {\n    ${memory}${before}=${after}${first}\n${mode(second)}\n  }\n}\n`;
      const text = write("memory", (one) => `mode = ${one}`);
      const { functions } = (await parse("before", text)) as { functions: { api: Record<string, unknown> } };

      const renamed = await renameKeys(text);

      expect(await parse("after", renamed.text)).toEqual({
        functions: { api: { memory_mb: functions.api["memory"], http: { invoke_mode: functions.api["mode"] } } },
      });
    }),
    { numRuns: 50 },
  );
});
