import { looksSecret } from "../performance/secrets";

/** Recognizes secrets in users' files by the form of the value or by the name. */

/** Whether a variable with this name and value holds a secret. */
export function holdsSecret(name: string, value: string): boolean {
  return looksSecret(value) || (namesSecret(name) && !isHarmless(value));
}

/** Suffixes that do not change the meaning of a name: `DB_PASSWORD_V2`. */
const QUALIFIERS =
  /^(\d+|V\d+|PROD|PRODUCTION|STAGING|STAGE|QA|DEV|TEST|LIVE|OLD|NEW|CURRENT|PREVIOUS|PRIMARY|SECONDARY|VALUE|TEXT|PLAIN|PLAINTEXT|STRING|JSON|PEM|B64|BASE64|BASE)$/;

/** A word that means a secret by itself. It may also be the end of a word, as in `DBPASSWORD`. */
const SECRET_WORD =
  /(PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|TOKEN|API_?KEY)S?$|^((DB|SQL|PG|MYSQL|SMTP|FTP|MAIL|REDIS|MONGO|USER|ROOT|ADMIN)?(PASS|PWD)|PW|CREDS)$/;

/** A token with one of these words before it marks a position or is a piece of text. */
const HARMLESS_TOKEN =
  /^(NEXT|PREVIOUS|PREV|PAGE|PAGING|PAGINATION|CONTINUATION|START|STARTING|SYNC|CANCEL|CANCELLATION|MAX|MIN|TOTAL|NUM|NUMBER|COUNT|INPUT|OUTPUT|PROMPT|COMPLETION|STOP|CONTEXT)$/;

/** Keys that grant access. Others, such as a cache key or an object key, are names. */
const SECRET_KEY =
  /^(SECRET|PRIVATE|ACCESS|ENCRYPTION|DECRYPTION|CRYPTO|CIPHER|AES|RSA|HMAC|SSH|SIGNING|SIGNATURE|MASTER|ROLE|AUTH|LICENSE|ACCOUNT|SHARED|SESSION|COOKIE|JWT|WEBHOOK|ADMIN|DEPLOY|APP|APPLICATION|INTEGRATION|INGEST|WRITE|SERVER)$/;

const SECRET_KEY_GLUED = /(SECRET|PRIVATE|ACCESS|ENCRYPTION|SIGNING|MASTER|AUTH|LICENSE)KEYS?$/;

const SECRET_AUTHORIZATION = /^(BASIC|REDIS|HTTP|PROXY|NPM)$/;

/**
 * Whether a variable's name shows that its value is a secret. The end of a name decides its meaning: `SECRET_ARN` is an
 * ARN, and `PASSWORD_MIN_LENGTH` a length.
 */
export function namesSecret(name: string): boolean {
  const words = splitWords(name);
  while (words.length > 1 && QUALIFIERS.test(words.at(-1) ?? "")) words.pop();
  const [last = "", before = "", ...earlier] = [...words].reverse();
  if (/^KEYS?$/.test(last)) {
    const isPublic = [before, ...earlier].some((word) => /^(PUBLIC|PUBLISHABLE)$/.test(word));
    return !isPublic && (before === "API" || SECRET_KEY.test(before));
  }
  if (/^TOKENS?$/.test(last)) return !HARMLESS_TOKEN.test(before);
  if (/^(AUTH|AUTHORIZATION)$/.test(last)) return SECRET_AUTHORIZATION.test(before);
  // The shell's own variables: the current and the previous folder.
  if (last === "PWD" && before === "") return false;
  return SECRET_WORD.test(last) || SECRET_KEY_GLUED.test(last);
}

/** The words of a name such as `DB_PASSWORD`, `dbPassword` or `DBPassword`, in capitals. */
function splitWords(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase()
    .split("_")
    .filter((word) => word !== "");
}

/**
 * A switch, or the location of a secret: an ARN, an alias, the path of a parameter or a file, an address without a
 * password.
 */
function isHarmless(value: string): boolean {
  return (
    /^(|true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$/i.test(value) ||
    /^(arn:aws[\w-]*:|alias\/|https?:\/\/|file:|\.{0,2}\/[\w.-]+(\/[\w.-]+)+$)/.test(value)
  );
}
