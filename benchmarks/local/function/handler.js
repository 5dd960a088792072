/** Does nothing; returns the id of its process. */
exports.handler = async () => ({ pid: process.pid });
