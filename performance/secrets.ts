/** Finds and masks secrets in third-party texts. */

/** Formats that only secrets have, as documented by their issuers. */
const FORMS = [
  // An AWS access key.
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  // As is, or with escaped line ends; if it is cut off, everything that follows.
  /-----BEGIN [A-Z ]*PRIVATE KEY(?:[^]*?-----END [A-Z ]*PRIVATE KEY-----|[^]*)/,
  // A JSON Web Token. A text of many beginnings, as in eyJ-eyJ-, would be searched again from each one: what is looked
  // at begins with the whole word, and only if two points follow.
  /(?<![\w-])(?=[\w-]+\.eyJ[\w-]+\.)[\w-]*?\beyJ[\w-]{8,}\.eyJ[\w-]+\.[\w-]*/,
  // Stripe, GitHub, GitLab, Slack, Google, npm, PyPI, OpenAI and Anthropic, Hugging Face, DigitalOcean, Shopify,
  // Square.
  /\b[sr]k_(live|test)_\w{8,}/,
  /\bwhsec_[\w+/=]{16,}/,
  /\b(gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/,
  /\bglpat-[\w-]{16,}/,
  /\b(xox[abeprs]|xapp)-[\w-]{10,}/,
  /\bhooks\.slack\.com\/services\/\w+\/\w+\/\w+/,
  /\bAIza[\w-]{35}/,
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bpypi-[\w-]{32,}/,
  /\bsk-[\w-]{20,}/,
  /\bhf_[A-Za-z0-9]{30,}/,
  /\bdo[opr]_v1_[a-f0-9]{32,}/,
  /\bshp(at|ca|pa|ss)_[a-fA-F0-9]{32}/,
  /\bsq0(atp|csp)-[\w-]{20,}/,
  // SendGrid, HCP Terraform, Vault.
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\b\w{14}\.atlasv1\.[\w-]{40,}/,
  /\bhv[bs]\.[\w-]{20,}/,
  // Google OAuth, Atlassian, Databricks, Grafana, Linear, Groq, xAI, Docker, Amazon Bedrock.
  /\b(GOCSPX-|ya29\.|ATATT3|dapi|glsa_|lin_api_|gsk_|xai-|dckr_pat_|ABSK)[\w-]{20,}/,
  /\bdiscord(app)?\.com\/api\/webhooks\/\d+\/[\w-]+/,
  /\b(Bearer|Basic) [\w.~+/-]{16,}=*/i,
];

/** The password in an address or a connection string. A placeholder, as in `{password}`, is not a password. */
const PASSWORDS = [
  /\b[a-z][a-z0-9+.-]{0,40}:\/\/[^\s/:@]*:(?![{<$%*]|\d+[/?#])[^\s@]{1,200}@/i,
  /(^|[\s;,?&])(password|passwd|pwd|accountkey|sharedaccesskey)\s*=\s*(?![{<$%*])[^\s;,&]{3,}/i,
];

/** Whether a text contains a secret, whatever its name: a key of a known format, or a password in an address. */
export function looksSecret(text: string): boolean {
  return [...FORMS, ...PASSWORDS].some((form) => form.test(text));
}

const MASK = "(masked)";

/**
 * The part before the last @ of an address's host. A password may contain any character, also those that should be
 * encoded: what has an unencoded one is no address, and an error quotes it. Schemes and passwords are short: with any
 * length, a long text would be searched again from each word.
 */
const CREDENTIALS_IN_ADDRESS =
  /\b([a-z][a-z0-9+.-]{0,40}:\/\/)(?:[^\s/?#"'<>]*|[^\s/?#"'<>:]*:(?!\d+[/?#])[^\s"'<>]{1,200})@/gi;

/** Labels of secrets, each with what follows it. Made in a function that bundlers leave out where nothing is masked. */
const LABELED = /* @__PURE__ */ (() => {
  const name =
    "(?:(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|(?:access|account|private|signing|shared[_-]?access|encryption)[_-]?key|credentials?|signature)[a-z]{0,36}(?:[_-][a-z]{1,12}){0,3}|(?<![a-z])(?:db|sql|pg|mysql|smtp|ftp|mail|redis|mongo|user|root|admin)?pass|(?<=[?&])sig)";
  // A value may be in a list. In JSON that is itself quoted, quotes have backslashes.
  const separator = String.raw`\\*["']?\s*(?:=>?|:)\s*(?:\[\s*)?`;
  // Up to the end of the quotes or, if the value is cut off, the text's.
  const quoted = String.raw`(?<quote>\\*["'])[^]*?(?:(?<!\\)\k<quote>|$)`;
  // `--token `
  const argument = String.raw`(?<=--[\w-]{1,40})\s+(?!-)`;
  return {
    // `password=`, `"apiKey": "`, `?X-Amz-Signature=`
    value: new RegExp(String.raw`(${name}(?:${separator}|${argument}))(?:${quoted}|[^\s"',;&)}\]]+)`, "gi"),
    element: new RegExp(String.raw`(<[\w:.-]{0,40}?${name}>)[^<]+`, "gi"),
    header: new RegExp(String.raw`\b((?:authorization|cookie)${separator})(?:${quoted}|[^\r\n"']+)`, "gi"),
  };
})();

/**
 * Masks everything in a text that looks like a secret: credentials in addresses, keys and tokens of known formats, and
 * values after a name that marks them as secrets. A secret with neither a known format nor such a name cannot be
 * recognized.
 */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const { source, flags } of FORMS) masked = masked.replace(new RegExp(source, `${flags}g`), MASK);
  const keepQuotes = (_: string, name: string, quote = "") => `${name}${quote}${MASK}${quote}`;
  return masked
    .replace(CREDENTIALS_IN_ADDRESS, `$1${MASK}@`)
    .replace(LABELED.header, keepQuotes)
    .replace(LABELED.value, keepQuotes)
    .replace(LABELED.element, `$1${MASK}`);
}
