import { monitorHttp, operation, warmUps } from "../../performance";
import { type ApiResponse, formatJson, Refusal } from "./responses";
import { MAX_NOTES, type Note, Notes } from "./notes";
import { createRouter } from "./router";
import { parseDraft, parseLimit } from "./validation";

const notes = new Notes();

/**
 * A small HTTP API for notes, which are kept in the memory of the execution environment and lost with it. `GET /health`
 * shows that it works; `POST /warm` comes from `monitorHttp`.
 */
export const handler = monitorHttp(
  createRouter({
    "/health": {
      GET: () => formatJson(200, { status: "ok" }),
    },
    "/notes": {
      GET: ({ query }) => {
        const limit = parseLimit(query);
        return formatJson(200, { notes: operation("notes.list", () => notes.list(limit)) });
      },
      POST: (request) => {
        const draft = parseDraft(request.json());
        const note = operation("notes.create", () => notes.create(draft));
        if (!note) throw new Refusal(409, `no room for more than ${MAX_NOTES} notes: delete one first`);
        return formatJson(201, note, { location: `/notes/${note.id}` });
      },
    },
    "/notes/{id}": {
      GET: (_, id) => respondFound(operation("notes.get", () => notes.get(id))),
      PUT: (request, id) => {
        const draft = parseDraft(request.json());
        return respondFound(operation("notes.replace", () => notes.replace(id, draft)));
      },
      DELETE: (_, id) => {
        if (!operation("notes.delete", () => notes.delete(id))) throw makeNotFound();
        return { statusCode: 204 };
      },
    },
  }),
  // The first identifier loads Node's cryptography. Load it before a request has to wait for it.
  { warmUps: warmUps({ preload: { identifiers: () => crypto.randomUUID() } }) },
);

function respondFound(note: Note | undefined): ApiResponse {
  if (!note) throw makeNotFound();
  return formatJson(200, note);
}

function makeNotFound(): Refusal {
  return new Refusal(404, "no such note");
}
