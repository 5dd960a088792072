import * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineFlag, defineOneOf, defineSection, defineText, defineWholeNumber, type DeepReadonly } from "./fields";
import { findArnMistakes, type FilePlace } from "./arns";

/** What Lambda gives a function to run with, besides memory and time: network, storage, layers, keys. */

/** A function's sizes: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const MEMORY_MB = { least: 128, most: 10_240 } as const;

/**
 * The largest zip that Lambda takes directly, in bytes. A larger one must be in S3:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_DIRECT_BYTES = 50 * 2 ** 20;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** How long CloudWatch keeps a log. */
export const logRetentionDays = defineOneOf(RETENTION_DAYS);

const defineIds = (prefix: string, most: number) =>
  z
    .array(defineText(`an id, as in ${prefix}-0123456789abcdef0`, new RegExp(`^${prefix}-[0-9a-f]{8,17}$`)), {
      error: `a list, as in ["${prefix}-0123456789abcdef0"]`,
    })
    .min(1, { error: "at least one" })
    .max(most, { error: `at most ${most}` })
    .refine((ids) => new Set(ids).size === ids.length, { error: "each id once" });

/** https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html */
const vpc = defineSection(
  {
    subnet_ids: defineIds("subnet", 16).meta({ description: "Subnets, best one per availability zone" }),
    security_group_ids: defineIds("sg", 5).meta({ description: "Security groups of its network interfaces" }),
    ipv6: defineFlag().default(false).meta({ description: "Whether it may use IPv6 in dual-stack subnets" }),
  },
  "a map, as in vpc = { subnet_ids = [ … ], security_group_ids = [ … ] }",
);

/** https://docs.aws.amazon.com/lambda/latest/api/API_FileSystemConfig.html */
const fileSystem = defineSection({
  access_point_arn: defineText(
    "the ARN of an EFS access point",
    /^arn:aws[\w-]*:elasticfilesystem:[a-z0-9-]+:\d{12}:access-point\/fsap-[a-f0-9]{17}$/,
  ).meta({
    description: "ARN of the EFS access point; its file system needs a mount target in the function's subnets",
  }),
  mount_path: defineText("a path below /mnt, as in /mnt/data", /^\/mnt\/[\w.-]{1,155}$/).meta({
    description: "Where the function finds it",
  }),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html */
const runtimeSettings = z.discriminatedUnion(
  "update_on",
  [
    defineSection({
      update_on: z.literal("auto").meta({ description: "AWS updates Node.js by itself, as without this key" }),
    }),
    defineSection({ update_on: z.literal("function_update").meta({ description: "Only together with the code" }) }),
    defineSection({
      update_on: z.literal("manual").meta({ description: "Never; it stays at runtime_version_arn" }),
      runtime_version_arn: defineText(
        "the ARN of a runtime version",
        /^arn:aws[\w-]*:lambda:[a-z0-9-]+::runtime:[A-Za-z0-9]+$/,
      ).meta({ description: "ARN of the runtime's version, from the line INIT_START in a log" }),
    }),
  ],
  {
    error: ({ code }: { code: string }) =>
      code === "invalid_union"
        ? "one of auto, function_update, manual"
        : 'a map, as in runtime_settings = { update_on = "auto" }',
  },
);

/** The keys of a function about what Lambda gives it to run with. */
export const platformKeys = {
  description: defineText("1 to 256 characters", /^[^\0]{1,256}$/)
    .optional()
    .meta({ description: "What it does, for readers of AWS's console" }),
  ephemeral_storage_mb: defineWholeNumber(512, 10_240)
    .default(512)
    .meta({ description: "Size of /tmp; more than 512 costs extra" }),
  layers: z
    .array(
      defineText(
        "the ARN of a layer's version, as in arn:aws:lambda:eu-west-1:123456789012:layer:tools:3",
        /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]{1,140}:\d+$/,
      ),
      { error: "a list of ARNs of layers' versions" },
    )
    // https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
    .max(5, { error: "at most 5 layers" })
    .refine((arns) => new Set(arns.map((arn) => arn.replace(/:\d+$/, ""))).size === arns.length, {
      error: "one version of each layer",
    })
    .default([])
    .meta({ description: "ARNs of layers' versions, which Lambda unpacks to /opt in this order" }),
  vpc: vpc.optional().meta({
    description: "The network it runs in; it then reaches the internet only through a NAT gateway or VPC endpoints",
  }),
  file_system: fileSystem.optional().meta({ description: "An EFS file system; needs `vpc`" }),
  kms_key: defineText("the ARN of a key", /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/)
    .optional()
    .meta({ description: "ARN of the KMS key that encrypts the environment variables, instead of AWS's own key" }),
  log_retention_days: logRetentionDays
    .optional()
    .meta({ description: "Like `log_retention_days` of the environment, for this function only" }),
  runtime_settings: runtimeSettings
    .optional()
    .meta({ description: "When Lambda may update the function's version of Node.js" }),
};

/** A function's {@link platformKeys}. */
export type PlatformSettings = DeepReadonly<z.output<ReturnType<typeof defineSection<typeof platformKeys>>>>;

/** The parts of a function that its platform settings must fit. */
interface Checked extends PlatformSettings {
  readonly environment: object;
  readonly secrets: object;
}

/** Finds settings that AWS would refuse, and those without effect. */
export function findPlatformMistakes(settings: Checked, place: FilePlace): CrossFieldMistake[] {
  const { layers, fileSystem, vpc, kmsKey, runtimeSettings, environment, secrets } = settings;
  const { region } = place;
  const mistakes = [
    ...layers.flatMap((arn, index) => findArnMistakes(["layers", String(index)], arn, { region })),
    ...findArnMistakes(["file_system", "access_point_arn"], fileSystem?.accessPointArn, place),
    ...findArnMistakes(["kms_key"], kmsKey, { region }),
    ...findArnMistakes(
      ["runtime_settings", "runtime_version_arn"],
      runtimeSettings?.updateOn === "manual" ? runtimeSettings.runtimeVersionArn : undefined,
      { region },
    ),
  ];
  if (fileSystem && !vpc) {
    mistakes.push({ path: ["vpc"], expected: "the network of file_system, which is in a VPC", got: undefined });
  }
  if (kmsKey !== undefined && Object.keys(environment).length + Object.keys(secrets).length === 0) {
    const expected = "environment or secrets as well, without which there is nothing to encrypt";
    mistakes.push({ path: ["kms_key"], expected, got: kmsKey });
  }
  return mistakes;
}
