/** The range in which a value is expected. */
export interface Interval {
  readonly least: number;
  readonly most: number;
}

/** The normal distribution's quantile for 95 %. */
const NORMAL = 1.96;

/** Student's t for 95 %, by degrees of freedom from 1 on. */
const STUDENT_T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];
const STUDENT_T_BEYOND = 2.1;

/** With only one count, the assumed variance relative to that of independent events. */
const ASSUMED_DISPERSION = 2;

/**
 * The interval of the next count of the same kind, with 95 % confidence. Counts vary as those of independent events do,
 * or more if that was observed.
 *
 * @param counts the counts of the repetitions
 */
export function countInterval(counts: readonly number[]): Interval {
  const repetitions = counts.length;
  const mean = counts.reduce((sum, count) => sum + count, 0) / repetitions;
  // If nothing was observed, three events are still possible.
  if (mean === 0) return { least: 0, most: 3 / repetitions };
  if (repetitions === 1) return buildInterval(mean, NORMAL * Math.sqrt(ASSUMED_DISPERSION * mean));
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (repetitions - 1);
  const deviation = Math.sqrt(Math.max(variance, mean) * (1 + 1 / repetitions));
  return buildInterval(mean, findStudentT(repetitions) * deviation);
}

/**
 * The interval of the mean of counts of the same kind, with 95 % confidence: that of all of them together if they vary
 * as those of independent events do (Byar's approximation), or Student's if they vary more.
 *
 * @param counts the counts of the repetitions; a single one counts as in {@link countInterval}
 */
export function meanInterval(counts: readonly number[]): Interval {
  const repetitions = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (repetitions === 1) return countInterval(counts);
  const mean = total / repetitions;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (repetitions - 1);
  const student = buildInterval(mean, findStudentT(repetitions) * Math.sqrt(variance / repetitions));
  return {
    least: Math.min(student.least, approximatePoisson(total, -NORMAL) / repetitions),
    most: Math.max(student.most, approximatePoisson(total + 1, NORMAL) / repetitions),
  };
}

function approximatePoisson(count: number, distance: number): number {
  return count === 0 ? 0 : count * (1 - 1 / (9 * count) + distance / (3 * Math.sqrt(count))) ** 3;
}

function findStudentT(repetitions: number): number {
  return STUDENT_T[repetitions - 2] ?? STUDENT_T_BEYOND;
}

function buildInterval(mean: number, distance: number): Interval {
  return { least: Math.max(0, mean - distance), most: mean + distance };
}
