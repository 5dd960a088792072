/** Draws numbers from 0 up to, but not including, 1. */
export type Random = () => number;

/** A generator (sfc32) whose numbers depend only on the seeds. Different seeds give independent streams. */
export function createRandom(...seeds: readonly number[]): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const draw = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    // Only 32 bits matter, and a larger number would be allocated.
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (const seed of seeds) {
    a ^= seed | 0;
    b ^= Math.floor(seed / 2 ** 32) | 0;
    // The first numbers still resemble the seed.
    for (let round = 0; round < 16; round++) draw();
  }
  return draw;
}

/** A seed from a text, so that a function's random numbers depend on its name and not on its position in a list. */
export function computeSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
