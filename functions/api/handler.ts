import { monitorHttp, operation, warmUps } from "../../performance";
import { type Answer, json, Refusal } from "./answers";
import { MAX_NOTES, type Note, Notes } from "./notes";
import { router } from "./router";
import { draftIn, limitIn } from "./validation";

const notes = new Notes();

/**
 * A small HTTP API: notes, kept in the memory of the execution environment and lost with it. `GET /health` says that it
 * is there, and `POST /warm` comes from `monitorHttp`.
 */
export const handler = monitorHttp(
  router({
    "/health": {
      GET: () => json(200, { status: "ok" }),
    },
    "/notes": {
      GET: ({ query }) => {
        const limit = limitIn(query);
        return json(200, { notes: operation("notes.list", () => notes.list(limit)) });
      },
      POST: (request) => {
        const draft = draftIn(request.json());
        const note = operation("notes.create", () => notes.create(draft));
        if (!note) throw new Refusal(409, `no room for more than ${MAX_NOTES} notes: delete one first`);
        return json(201, note, { location: `/notes/${note.id}` });
      },
    },
    "/notes/{id}": {
      GET: (_, id) => found(operation("notes.get", () => notes.get(id))),
      PUT: (request, id) => {
        const draft = draftIn(request.json());
        return found(operation("notes.replace", () => notes.replace(id, draft)));
      },
      DELETE: (_, id) => {
        if (!operation("notes.delete", () => notes.delete(id))) throw noSuchNote();
        return { statusCode: 204 };
      },
    },
  }),
  // The first identifier loads Node's cryptography, which is better done before a request waits for it.
  { warmUps: warmUps({ preload: { identifiers: () => crypto.randomUUID() } }) },
);

function found(note: Note | undefined): Answer {
  if (!note) throw noSuchNote();
  return json(200, note);
}

function noSuchNote(): Refusal {
  return new Refusal(404, "no such note");
}
