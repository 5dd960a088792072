// The AWS SDK warns in each process that versions after the one that is locked will need a newer Node.js.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
