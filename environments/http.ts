import * as z from "zod";
import { defineFlag, defineOneOf, defineSection, defineText, defineWholeNumber } from "./fields";
import { DEFAULT_ROUTE, parseRoute } from "./routes";

/**
 * How a function answers over HTTP, at its endpoint: a function URL (`endpoint = "iam"`) or an HTTP API (`endpoint =
 * "public"`). Limits of both:
 *
 * - https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
 * - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 * - https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */

/** The only methods that both kinds of endpoint take, and `OPTIONS`, which only an HTTP API does. */
const METHODS = ["*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const headers = z
  .array(defineText("a header's name, or *", /^(\*|[\w!#$%&'*+.^`|~-]{1,1024})$/), {
    error: 'a list, as in ["content-type"]',
  })
  .min(1, { error: "at least one header" })
  .max(100, { error: "at most 100 headers" })
  .optional();

const cors = defineSection({
  allow_origins: z
    .array(
      defineText(
        "an origin without path, as in https://shop.example.com, or *",
        /^(\*|[a-z][a-z0-9+.-]*:\/\/(\*|[\w.-]+(:\d{1,5})?))$/,
      ).refine((origin) => origin.length <= 253, { error: "an origin of at most 253 characters" }),
      { error: 'a list, as in ["https://shop.example.com"]' },
    )
    .min(1, { error: "at least one origin" })
    .max(100, { error: "at most 100 origins" })
    .meta({ description: "Origins whose pages may call it, as in https://shop.example.com; * for all" }),
  allow_methods: z
    .array(defineOneOf(METHODS), { error: 'a list, as in ["GET"]' })
    .min(1, { error: "at least one method" })
    .max(6, { error: "at most 6 methods; * for all" })
    .optional()
    .meta({ description: "Methods that pages may use besides GET, HEAD and POST; * for all" }),
  allow_headers: headers.meta({ description: "Headers that pages may send; * for all" }),
  expose_headers: headers.meta({ description: "Headers of responses that pages may read" }),
  allow_credentials: defineFlag().optional().meta({
    description: "Whether pages may send cookies and credentials, for which origins must be exact",
  }),
  max_age_seconds: defineWholeNumber(0, 86_400).optional().meta({
    description: "How long browsers remember the above; 0, the default of function URLs: not at all",
  }),
});

/**
 * Both are adjustable quotas of an account, so any number may be useful:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
const throttling = defineSection({
  rate: defineWholeNumber(1, 100_000).default(100).meta({ description: "Requests a second on average" }),
  burst: defineWholeNumber(1, 100_000).default(200).meta({ description: "Requests at once" }),
});

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
const jwt = defineSection({
  issuer: defineText(
    "an address that begins with https://, as in https://login.example.com",
    /^https:\/\/[\w.-]+(:\d{1,5})?(\/[\w./~:@+-]*)?$/,
  ).meta({ description: "Who issues the tokens; its OpenID configuration must be reachable when it is deployed" }),
  audience: z
    .array(defineText("a text without spaces", /^\S+$/), { error: 'a list, as in ["shop"]' })
    .min(1, { error: "at least one audience" })
    .max(50, { error: "at most 50 audiences" })
    .meta({ description: "For whom tokens are issued: their `aud`, or `client_id`, is one of these" }),
  scopes: z
    .array(defineText("a text without spaces", /^\S+$/), { error: 'a list, as in ["orders:read"]' })
    .min(1, { error: "at least one scope" })
    .max(10, { error: "at most 10 scopes" })
    .optional()
    .meta({ description: "Scopes, of which a token needs at least one" }),
});

const authorizer = z.union(
  [
    z.literal("iam"),
    defineSection({ jwt: jwt.meta({ description: "A token in header Authorization (OpenID Connect)" }) }),
  ],
  {
    error: '"iam", or a map, as in authorizer = { jwt = { … } }',
  },
);

/** Names that AWS or RFC 2606 and RFC 6762 reserve, for which nobody has a certificate. */
const RESERVED_DOMAINS =
  /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|aws|cloudfront\.net|localhost|local|test|invalid|internal)$/;

const domain = defineSection({
  name: defineText(
    "a domain of yours in lower case, as in api.example.com",
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
  )
    .refine((name) => !RESERVED_DOMAINS.test(name), { error: "a domain of yours, not a reserved one" })
    .meta({ description: "A domain of yours, as in api.example.com" }),
  certificate_arn: defineText(
    "the ARN of a certificate in ACM",
    /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
  ).meta({ description: "ARN of its certificate in ACM, in the environment's region" }),
  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
  hosted_zone_id: defineText("the id of a hosted zone, as in Z0123456789ABCDEFGHIJ", /^[A-Z0-9]{1,32}$/)
    .optional()
    .meta({
      description:
        "Route 53's public hosted zone, in which its record is made or replaced; otherwise, point the domain to the output `domain_target`",
    }),
});

/** How an endpoint answers. */
export const httpSettings = defineSection({
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
  invoke_mode: defineOneOf(["buffered", "response_stream"]).optional().meta({
    description:
      "For iam: response_stream sends the response while the handler writes it, up to 200 MB; buffered, the default, when it is complete, up to 6 MB",
  }),
  routes: z
    .array(
      z
        .string({ error: 'a route, as in "GET /orders/{id}"' })
        .refine((key) => key === DEFAULT_ROUTE || parseRoute(key) !== undefined, {
          error: 'a route, as in "GET /orders/{id}", "ANY /{proxy+}" or "$default"',
        }),
      { error: 'a list, as in ["GET /orders/{id}"]' },
    )
    .min(1, { error: "at least one route" })
    .optional()
    .meta({
      description:
        "For public: what it answers, as in `GET /orders/{id}`; everything else gets 404; by default `$default`, which is everything",
    }),
  cors: cors.optional().meta({ description: "Which pages in browsers may call it" }),
  throttling: throttling.optional().meta({ description: "For public: how many requests it accepts; the rest get 429" }),
  authorizer: authorizer.optional().meta({
    description: "For public: who may call it: iam, for signed requests, or a map, for tokens; by default, everyone",
  }),
  domain: domain.optional().meta({
    description: "For public: a domain of your own; the address of AWS is then switched off",
  }),
});

/** The settings of a function's endpoint. */
export type HttpSettings = Readonly<z.output<typeof httpSettings>>;
