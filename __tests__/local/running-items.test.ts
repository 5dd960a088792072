import { expect, test } from "@jest/globals";
import { type Running, RunningItems } from "../../local/running-items";

class Recorder {
  readonly events: string[] = [];
  readonly items = new RunningItems<{ readonly name: string }, Running>(({ name }) => {
    if (name === "impossible") throw new Error("cannot run");
    return () => {
      this.events.push(`${name} begins`);
      return { stop: () => this.events.push(`${name} stops`) };
    };
  });

  prepare(...names: readonly string[]): () => void {
    return this.items.prepareAll(names.map((name) => ({ name })));
  }
}

test("what is in both lists goes on; the rest stops or begins", () => {
  const recorder = new Recorder();
  recorder.prepare("a", "b")();

  recorder.prepare("c", "b")();

  expect(recorder.events).toEqual(["a begins", "b begins", "a stops", "c begins"]);
  expect(recorder.items.all).toHaveLength(2);
});

test("nothing changes before a list takes over, nor if one of its items cannot run", () => {
  const recorder = new Recorder();
  recorder.prepare("a")();

  recorder.prepare("b");

  expect(() => recorder.prepare("c", "impossible")).toThrow("cannot run");
  expect(recorder.events).toEqual(["a begins"]);
});
