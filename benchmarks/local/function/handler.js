/** Does nothing; says which process it runs in. */
exports.handler = async () => ({ pid: process.pid });
