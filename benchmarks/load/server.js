/**
 * A server with known delays, in a separate process: node server.js <delays> <stall>, both JSON. It records how long
 * each request took in the server, because timers are late, and prints its address to standard output. `/took` returns
 * and clears the records, in the order of arrival.
 */
const { createServer } = require("node:http");
const { performance } = require("node:perf_hooks");
const { setTimeout } = require("node:timers");

/** Milliseconds, in sequence, repeated. */
const delays = JSON.parse(process.argv[2]);
/**
 * At one request, by its number, the server does nothing for this many milliseconds: it neither accepts nor answers
 * requests.
 */
const stall = JSON.parse(process.argv[3]);

let took = [];
let stalledMilliseconds = 0;

const server = createServer((request, response) => {
  const arrivedAt = performance.now();
  if (request.url === "/took") {
    response.end(JSON.stringify({ took, stalledMilliseconds }));
    took = [];
    stalledMilliseconds = 0;
    return;
  }
  const index = took.push(0) - 1;
  if (index === stall?.request) {
    while (performance.now() - arrivedAt < stall.milliseconds);
    stalledMilliseconds = performance.now() - arrivedAt;
  }
  const answer = () => {
    took[index] = performance.now() - arrivedAt;
    response.end();
  };
  const delay = delays[index % delays.length];
  if (delay > 0) setTimeout(answer, delay);
  else answer();
});

server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
