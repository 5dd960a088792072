import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { LocalEnvironmentError } from "./problem";

/**
 * Makes a server listen, for this computer only.
 *
 * @param port 0 for any that is free
 * @throws LocalEnvironmentError if the port is not available
 */
export async function listenLocally(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw explainUnusablePort(port, error);
  }
  return server;
}

function explainUnusablePort(port: number, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new LocalEnvironmentError(`port ${port} is in use: choose another with --port`);
    case "EACCES":
      return new LocalEnvironmentError(`port ${port} cannot be used: choose another with --port`);
    default:
      return error;
  }
}
