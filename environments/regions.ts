import { distance } from "fastest-levenshtein";

/**
 * The regions of AWS in November 2026, by partition:
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html, and AWS's SDK for partitions other
 * than `aws`. Newer regions are accepted, too: see {@link suggestRegion}.
 */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  aws: [
    ...["af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"],
    ...["ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"],
    ...["ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1"],
    ...[
      "eu-south-1",
      "eu-south-2",
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
      "il-central-1",
      "me-central-1",
      "me-south-1",
    ],
    ...["me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"],
  ],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-eusc": ["eusc-de-east-1"],
  "aws-iso": ["us-iso-east-1", "us-iso-west-1"],
  "aws-iso-b": ["us-isob-east-1", "us-isob-west-1"],
  "aws-iso-e": ["eu-isoe-west-1"],
  "aws-iso-f": ["us-isof-east-1", "us-isof-south-1"],
  "aws-us-gov": ["us-gov-east-1", "us-gov-west-1"],
};

const KNOWN = Object.values(REGIONS).flat();

/** A region without direction and number, as in `eu` or `us-gov`. */
const parseArea = (region: string) => region.replace(/-[^-]+-\d+$/, "");
const AREAS = new Set(KNOWN.map(parseArea));
const DIRECTIONS = /^(north|south|east|west|central|northeast|northwest|southeast|southwest)$/;

/** Whether a text has the form of a region's name. */
export function isRegionName(text: string): boolean {
  return /^[a-z]{2,5}(-[a-z]+)+-\d$/.test(text);
}

/**
 * The region that a text without a valid region probably means: one with a similar name, or that of an availability
 * zone.
 *
 * @returns undefined for a known region, for one that AWS may have opened since (another number, or another direction
 *   in a known area), and for text that is similar to no region
 */
export function suggestRegion(text: string): string | undefined {
  const [, direction = ""] = /-([^-]+)-\d$/.exec(text) ?? [];
  if (isRegionName(text) && AREAS.has(parseArea(text)) && DIRECTIONS.test(direction)) return undefined;
  const written = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-")
    .replace(/(?<=\d)[a-f]$/, "");
  const [nearest] = KNOWN.map((name) => ({ name, edits: countEdits(written, name) })).sort((a, b) => a.edits - b.edits);
  // A name with a direction may be a region in a new area, so only one letter may differ.
  const limit = isRegionName(text) && DIRECTIONS.test(direction) ? 1 : 2;
  return nearest && nearest.edits <= limit ? nearest.name : undefined;
}

/** Two swapped letters count as one edit. */
function countEdits(written: string, name: string): number {
  const edits = distance(written, name);
  const sortLetters = (text: string) => Array.from(text).sort().join("");
  return edits === 2 && sortLetters(written) === sortLetters(name) ? 1 : edits;
}

/**
 * The partition that ARNs of a region begin with, as in `aws`:
 * https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html
 */
export function findPartition(region: string): string {
  const area = parseArea(region);
  const found = Object.entries(REGIONS).find(([, names]) => names.some((name) => parseArea(name) === area));
  return found?.[0] ?? "aws";
}
