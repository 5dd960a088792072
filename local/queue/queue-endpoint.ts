import { type IncomingMessage } from "node:http";
import { hash } from "../hash";
import { readBody } from "../lambda/http-body";
import { type JsonAnswer } from "../lambda/invoke-endpoint";
import { type LocalQueue, MAX_MESSAGE_BYTES, MessageError } from "./local-queue";
import { type Queues } from "./queues";
import { formatSequence } from "./sqs-event";

/** Where queues are, below the address of the Invoke API. */
export const QUEUES_PATH = "/_queues/";

/**
 * Answers `POST /_queues/<name>`, which sends the request's body as a message, and `GET /_queues/<name>`, which counts
 * messages. Undefined for other addresses.
 */
export async function answerQueueRequest(
  queues: Queues,
  request: IncomingMessage,
  { pathname, searchParams }: URL,
): Promise<JsonAnswer | undefined> {
  if (!pathname.startsWith(QUEUES_PATH)) return undefined;
  const name = decodeURIComponent(pathname.slice(QUEUES_PATH.length));
  const queue = queues.findByName(name);
  if (!queue) {
    const known = queues.all.map(({ settings }) => settings.name).join(", ") || "none";
    return refuse(404, "QueueDoesNotExist", `there is no queue ${name} here; known: ${known}`);
  }
  switch (request.method) {
    case "GET":
      return { status: 200, body: queue.counts };
    case "POST":
      return send(queue, await readBody(request, MAX_MESSAGE_BYTES), searchParams);
    default:
      return refuse(405, "UnsupportedOperation", "expected POST to send a message, or GET to count messages");
  }
}

function send(queue: LocalQueue, body: string | undefined, parameters: URLSearchParams): JsonAnswer {
  if (body === undefined) {
    return refuse(400, "InvalidParameterValue", `a message has at most ${MAX_MESSAGE_BYTES} bytes`);
  }
  try {
    const message = queue.send(body, {
      groupId: parameters.get("MessageGroupId") ?? undefined,
      deduplicationId: parameters.get("MessageDeduplicationId") ?? undefined,
    });
    return {
      status: 200,
      body: {
        MD5OfMessageBody: hash("md5", message.body),
        MessageId: message.messageId,
        ...(queue.isFifo && { SequenceNumber: formatSequence(message) }),
      },
    };
  } catch (error) {
    if (error instanceof MessageError) return refuse(400, "InvalidParameterValue", error.message);
    throw error;
  }
}

function refuse(status: number, type: string, message: string): JsonAnswer {
  return { status, body: { __type: type, message } };
}
