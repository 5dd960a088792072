/** A clock that does not wait: as soon as nothing can go on without it, it moves to the next moment that something waits for. */

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Who asks whether a moment has come gets on by as much each time. */
const TICK_MILLISECONDS = 0.05;

const sleepers: Sleeper[] = [];
let time = 0;
let isMoving = false;

/** Milliseconds since the clock was made. */
export function readVirtualTime(): number {
  return time;
}

/** Resolves so many milliseconds later. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    sleepers.push({ wakeAt: time + Math.max(TICK_MILLISECONDS, milliseconds), wake: resolve });
    if (!isMoving) setImmediate(move);
    isMoving = true;
  });
}

function move(): void {
  const [next] = sleepers.sort((one, other) => one.wakeAt - other.wakeAt).splice(0, 1);
  isMoving = next !== undefined;
  if (!next) return;
  time = next.wakeAt;
  next.wake();
  setImmediate(move);
}
