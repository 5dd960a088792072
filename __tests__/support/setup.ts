import { jest } from "@jest/globals";

// The AWS SDK warns in each process that versions after the one that is locked will need a newer Node.js.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

// cdktf keeps a stack trace of each token, and jest maps each line of it to its source: most of a synthesis's time.
jest.mock("cdktf/lib/tokens/private/stack-trace", () => ({ captureStackTrace: () => [] }));
