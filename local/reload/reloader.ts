import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidInput, type Mistake } from "../../environments/mistakes";
import { type Bundle, Rebundler } from "../../stacks/bundle";
import { findOwnPlatform } from "../../stacks/packages/platform";
import { type LocalEvent } from "../events";
import { type FunctionBundle, synthesizeEnvironment, type SynthesizedStack } from "../stack/synthesize";
import { type ChangeBurst, ChangeBursts } from "./change-bursts";
import { findStats } from "./find-stats";
import { FolderWatcher } from "./folder-watcher";
import { listWatchedFiles, listWatchedFolders, planReload, type RunningSources } from "./plan";

/** A file's time may be that much behind the clock. */
const CLOCK_MILLISECONDS = 2000;

/** What another stack has changed. */
export interface ReplacedStack {
  /** Functions with new code or settings, and new ones, by their names in the environment's file. */
  readonly ids: readonly string[];
  /** Whether the stack has the same resources as the one before, except for functions' code. */
  readonly isSame: boolean;
}

/** What runs, and can go on with what is saved. */
export interface ReloadTarget {
  /** The code of each function, by its name in the environment's file. */
  readonly code: ReadonlyMap<string, FunctionBundle>;
  /** What there is to say about it, one line each. */
  readonly notes: readonly string[];
  /**
   * Lets a function go on with another bundle.
   *
   * @returns whether its code is other than before
   */
  replaceCode(id: string, bundle: Omit<Bundle, "notes">): boolean;
  /** Keeps what there is to say about a function's code. */
  replaceNotes(id: string, notes: readonly string[]): void;
  /**
   * Lets everything go on as another stack says.
   *
   * @throws Error if it cannot run here; then, nothing has changed
   */
  replaceStack(synthesized: SynthesizedStack): Promise<ReplacedStack>;
  /** The time on its own clock. */
  now(): number;
  tell(event: LocalEvent): void;
}

/** Where files are. */
export interface ReloadPlace {
  /** The project's folder, absolute and without symbolic links. */
  readonly root: string;
  /** The name of the environment. */
  readonly environment: string;
  /** For bundles. */
  readonly folder: string;
}

/** What took over. */
interface Reloaded {
  readonly scope: "code" | "environment";
  readonly ids: readonly string[];
  /** When, as `performance.now()` says. */
  readonly at: number;
}

/** Lets what runs go on with what is saved. */
export class Reloader {
  private readonly bursts = new ChangeBursts((burst) => this.reload(burst));
  private readonly rebundler: Rebundler;
  private readonly watcher: FolderWatcher;
  /** What is wrong with the newest code of functions. */
  private readonly mistakes = new Map<string, readonly Mistake[]>();
  private environmentMistakes: readonly Mistake[] = [];

  /** @param since milliseconds since 1970: what was saved later may not run yet */
  constructor(
    private readonly target: ReloadTarget,
    private readonly place: ReloadPlace,
    since: number,
  ) {
    const { root, folder } = place;
    this.rebundler = new Rebundler({ root, folder, findPlatform: findOwnPlatform });
    this.watcher = new FolderWatcher(
      (path) => {
        this.bursts.add(path);
      },
      (message) => {
        target.tell({ kind: "changes-lost", at: target.now(), message });
      },
    );
    mkdirSync(folder, { recursive: true });
    this.watch(since);
  }

  /** What is wrong with what was saved last; undefined if it runs. */
  get problem(): readonly Mistake[] | undefined {
    const mistakes = [...this.environmentMistakes, ...[...this.mistakes.values()].flat()];
    // Functions may share a broken file.
    const different = new Map(mistakes.map((mistake) => [`${mistake.file}: ${mistake.message}`, mistake]));
    return different.size === 0 ? undefined : [...different.values()];
  }

  /** Reloads nothing anymore. */
  async close(): Promise<void> {
    await this.bursts.close();
    this.watcher.close();
    await this.rebundler.close();
  }

  private async reload({ paths, began }: ChangeBurst): Promise<void> {
    const since = Date.now();
    const { target, problem: before } = this;
    const { notes } = target;
    const { environment, functions, restart } = planReload(paths, this.running);
    // Folders that were made are watched before they are read.
    this.watch(since);
    if (restart.length > 0) target.tell({ kind: "restart-needed", at: target.now(), files: restart });

    const whole = environment ? await this.reloadEnvironment() : undefined;
    // Where the environment cannot run, functions still get their code.
    const { at, ...reloaded } = whole ?? (await this.reloadFunctions(functions));

    this.watch(since);
    const { problem } = this;
    if (reloaded.ids.length > 0 || reloaded.scope === "environment" || (before && !problem)) {
      const milliseconds = Math.max(0, at - began);
      const added = target.notes.filter((note) => !notes.includes(note));
      target.tell({ kind: "reloaded", at: target.now(), ...reloaded, milliseconds, notes: added });
    }
    if (problem && JSON.stringify(problem) !== JSON.stringify(before)) {
      target.tell({ kind: "reload-failed", at: target.now(), mistakes: problem });
    }
  }

  /** @returns undefined if it cannot run */
  private async reloadEnvironment(): Promise<Reloaded | undefined> {
    const { root, environment, folder } = this.place;
    const output = join(folder, "stack");
    try {
      const synthesized = await synthesizeEnvironment(root, environment, output);
      const { ids, isSame } = await this.target.replaceStack(synthesized);
      this.mistakes.clear();
      this.environmentMistakes = [];
      return { scope: isSame ? "code" : "environment", ids, at: performance.now() };
    } catch (error) {
      this.environmentMistakes = explain(error, `environments/${environment}.tfvars`);
      return undefined;
    } finally {
      await rm(output, { recursive: true, force: true });
    }
  }

  private async reloadFunctions(ids: readonly string[]): Promise<Reloaded> {
    const attempts = await Promise.all(ids.map((id) => this.reloadFunction(id)));
    const done = attempts.filter((each) => each !== undefined);
    return { scope: "code", ids: done.map(({ id }) => id), at: Math.max(...done.map(({ at }) => at), 0) };
  }

  /** @returns when its new code took over, as `performance.now()` says; undefined if it has no other code */
  private async reloadFunction(id: string): Promise<{ readonly id: string; readonly at: number } | undefined> {
    const { code } = this.target.code.get(id) ?? {};
    if (!code) return undefined;
    try {
      const { findNotes, ...bundle } = await this.rebundler.bundle(code);
      const isReplaced = this.target.replaceCode(id, bundle);
      this.mistakes.delete(id);
      const at = performance.now();
      // Nothing waits for them.
      this.target.replaceNotes(id, await findNotes());
      return isReplaced ? { id, at } : undefined;
    } catch (error) {
      this.mistakes.set(id, explain(error, `functions/${id}`));
      return undefined;
    }
  }

  /** Watches what now matters. In folders that are new to it, files may have been saved before. */
  private watch(since: number): void {
    const { running } = this;
    const added = new Set(this.watcher.watch(listWatchedFolders(running)));
    for (const file of listWatchedFiles(running)) {
      if (!added.has(dirname(file))) continue;
      const { ctimeMs = 0 } = findStats(file) ?? {};
      if (ctimeMs >= since - CLOCK_MILLISECONDS) this.bursts.add(file);
    }
  }

  private get running(): RunningSources {
    const { root, environment } = this.place;
    return {
      root,
      environment,
      functions: new Map([...this.target.code].map(([id, { bundle }]) => [id, bundle.sources])),
      brokenFunctions: new Set(this.mistakes.keys()),
      isEnvironmentBroken: this.environmentMistakes.length > 0,
    };
  }
}

function explain(error: unknown, file: string): readonly Mistake[] {
  if (error instanceof InvalidInput) return error.mistakes;
  return (error as Error).message.split("\n").map((message) => ({ file, message }));
}
