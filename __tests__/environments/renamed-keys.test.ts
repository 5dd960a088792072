import { expect, test } from "@jest/globals";
import { RENAMED_KEYS } from "../../environments/renamed-keys";
import { renderReferencePage } from "../../environments/reference";
import { findMistakes, makeTfvars } from "../support/project";

const known = new Set([...renderReferencePage().matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key));

test("no key that has a new name is known, and every new name is", () => {
  const wrong = Object.entries(RENAMED_KEYS).filter(
    ([old, name]) => known.has(old) || !known.has(old.replace(/[^.]+$/, name)),
  );

  expect(wrong).toEqual([]);
});

test("a file with a key's old name is told the new one, in one line", async () => {
  Object.assign(RENAMED_KEYS, {
    retention: "log_retention_days",
    "functions.<name>.size": "memory_mb",
    "functions.<name>.mode": "http.invoke_mode",
  });

  const mistakes = await findMistakes({
    "environments/dev.tfvars": makeTfvars({
      functions: 'api = { size = 512, mode = "buffered" }',
      more: "retention = 7",
    }),
  });

  expect(mistakes).toEqual([
    "environments/dev.tfvars: functions.api.mode: unknown key, its new name is http.invoke_mode",
    "environments/dev.tfvars: functions.api.size: unknown key, its new name is memory_mb",
    "environments/dev.tfvars: retention: unknown key, its new name is log_retention_days",
  ]);
});
