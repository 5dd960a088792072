import { monitorHttp, operation, warmUps } from "../../performance";
import { type ApiResponse, formatJson, Refusal } from "./responses";
import { MAX_NOTES, MemoryNotes } from "./memory-notes";
import { type Note, type Notes } from "./notes";
import { createRouter } from "./router";
import { parseDraft, parseLimit } from "./validation";

const { NOTES_TABLE: table } = process.env;

/** AWS's client is loaded only where there is a table. */
const opening: Promise<Notes> =
  table === undefined
    ? Promise.resolve(new MemoryNotes())
    : import("./table-notes").then(({ TableNotes }) => new TableNotes(table));

/**
 * A small HTTP API for notes, which are kept in the table that infrastructure.ts makes, or in memory without one. `GET
 * /health` shows that it works; `POST /warm` comes from `monitorHttp`.
 */
export const handler = monitorHttp(
  createRouter({
    "/health": {
      GET: () => formatJson(200, { status: "ok" }),
    },
    "/notes": {
      GET: async ({ query }) => {
        const limit = parseLimit(query);
        return formatJson(200, { notes: await measure("notes.list", (notes) => notes.list(limit)) });
      },
      POST: async (request) => {
        const draft = parseDraft(request.json());
        const note = await measure("notes.create", (notes) => notes.create(draft));
        if (!note) throw new Refusal(409, `no room for more than ${MAX_NOTES} notes: delete one first`);
        return formatJson(201, note, { location: `/notes/${note.id}` });
      },
    },
    "/notes/{id}": {
      GET: async (_, id) => respondFound(await measure("notes.get", (notes) => notes.get(parseId(id)))),
      PUT: async (request, id) => {
        const draft = parseDraft(request.json());
        return respondFound(await measure("notes.replace", (notes) => notes.replace(parseId(id), draft)));
      },
      DELETE: async (_, id) => {
        if (!(await measure("notes.delete", (notes) => notes.delete(parseId(id))))) throw makeNotFound();
        return { statusCode: 204 };
      },
    },
  }),
  {
    warmUps: warmUps({
      // The first identifier loads Node's cryptography. Load it before a request has to wait for it.
      preload: { identifiers: () => crypto.randomUUID() },
      // Opens the connection to the table, and keeps it open.
      connections: { notes: async () => (await opening).list(1) },
    }),
  },
);

function measure<Result>(name: string, use: (notes: Notes) => Promise<Result>): Promise<Result> {
  return operation(name, async () => use(await opening));
}

/** Other ids cannot exist, and a table would refuse very long ones. */
function parseId(id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw makeNotFound();
  return id;
}

function respondFound(note: Note | undefined): ApiResponse {
  if (!note) throw makeNotFound();
  return formatJson(200, note);
}

function makeNotFound(): Refusal {
  return new Refusal(404, "no such note");
}
