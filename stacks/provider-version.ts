/** Both major versions work; the binding by itself would pin one exact version. */
export const AWS_PROVIDER_VERSION = ">= 5.100.0, < 7.0.0";
