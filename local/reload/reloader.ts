import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { InvalidInput, type Mistake } from "../../environments/mistakes";
import { type Bundle, Rebundler } from "../../stacks/bundle";
import { findOwnPlatform } from "../../stacks/packages/platform";
import { type LocalEvent } from "../events";
import { type FunctionBundle } from "../stack/synthesize";
import { type ChangeBurst, ChangeBursts } from "./change-bursts";
import { FolderWatcher } from "./folder-watcher";
import { listWatchedFiles, listWatchedFolders, planReload, type RunningSources } from "./plan";

/** A file's time may be that much behind the clock. */
const CLOCK_MILLISECONDS = 2000;

/** What runs, and can go on with other code. */
export interface ReloadTarget {
  /** The code of each function, by its name in the environment's file. */
  readonly code: ReadonlyMap<string, FunctionBundle>;
  /**
   * Lets a function go on with another bundle.
   *
   * @returns whether its code is other than before
   */
  replaceCode(id: string, bundle: Omit<Bundle, "notes">): boolean;
  /** Keeps what there is to say about a function's code. */
  replaceNotes(id: string, notes: readonly string[]): void;
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

interface ReloadedFunction {
  readonly id: string;
  /** When its new code took over, as `performance.now()` says. */
  readonly at: number;
  /** What is new to say about it. */
  readonly notes: readonly string[];
}

/** Lets what runs go on with what is saved. */
export class Reloader {
  private readonly bursts = new ChangeBursts((burst) => this.reload(burst));
  private readonly rebundler: Rebundler;
  private readonly watcher: FolderWatcher;
  /** What is wrong with the newest code of functions. */
  private readonly mistakes = new Map<string, readonly Mistake[]>();

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
    const mistakes = [...this.mistakes.values()].flat();
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
    const { functions, restart } = planReload(paths, this.running);
    // Folders that were made are watched before they are read.
    this.watch(since);
    if (restart.length > 0) target.tell({ kind: "restart-needed", at: target.now(), files: restart });

    const attempts = await Promise.all(functions.map((id) => this.reloadFunction(id)));

    this.watch(since);
    const reloaded = attempts.filter((each) => each !== undefined);
    const { problem } = this;
    if (reloaded.length > 0 || (before && !problem)) {
      target.tell({
        kind: "reloaded",
        at: target.now(),
        ids: reloaded.map(({ id }) => id),
        milliseconds: Math.max(...reloaded.map(({ at }) => at), began) - began,
        notes: reloaded.flatMap(({ notes }) => notes),
      });
    }
    if (problem && JSON.stringify(problem) !== JSON.stringify(before)) {
      target.tell({ kind: "reload-failed", at: target.now(), mistakes: problem });
    }
  }

  /** @returns undefined unless the function has new code */
  private async reloadFunction(id: string): Promise<ReloadedFunction | undefined> {
    const before = this.target.code.get(id);
    if (!before) return undefined;
    try {
      const { findNotes, ...bundle } = await this.rebundler.bundle(before.code);
      const isReplaced = this.target.replaceCode(id, bundle);
      this.mistakes.delete(id);
      const at = performance.now();
      // Nothing waits for them.
      const notes = await findNotes();
      this.target.replaceNotes(id, notes);
      const added = notes.filter((note) => !before.bundle.notes.includes(note));
      return isReplaced ? { id, at, notes: added } : undefined;
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
      const { ctimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
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
      isEnvironmentBroken: false,
    };
  }
}

function explain(error: unknown, file: string): readonly Mistake[] {
  return error instanceof InvalidInput ? error.mistakes : [{ file, message: (error as Error).message }];
}
