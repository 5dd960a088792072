/**
 * A server with known delays, in a process of its own: node server.js <delays> <stall>, both JSON. It notes how long
 * each request took in here, because timers are late, and says on standard output where it listens. `/took` answers,
 * and forgets, what it has noted, in the order of arrival.
 */
const { createServer } = require("node:http");
const { performance } = require("node:perf_hooks");
const { setTimeout } = require("node:timers");

/** Milliseconds, one after another, over and over. */
const delays = JSON.parse(process.argv[2]);
/**
 * At one request, by its number, the server does nothing for so many milliseconds: nobody is heard or answered
 * meanwhile.
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
