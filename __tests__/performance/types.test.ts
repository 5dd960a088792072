import { expect, test } from "@jest/globals";
import { resolve } from "node:path";
import ts from "typescript";

/** Handlers as people write them, each accepted unless it says which error it is. */
const HANDLERS = `
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context, Handler, S3Event, SQSHandler, StreamifyHandler } from "aws-lambda";
import { Writable } from "node:stream";
import { monitor, monitorHttp } from "../../performance";

type Api = Handler<APIGatewayProxyEventV2, APIGatewayProxyResultV2>;
export const untyped = monitor(async (event) => event.name.trim());
export const untypedContext = monitor(async ({ name }, context) => ({ name, id: context.awsRequestId }));
export const untypedCallback = monitor((event, context, callback) => callback(null, event.name));
export const untypedHttp = monitorHttp(async (event) => ({ statusCode: 200, body: event.rawPath }));
export const withoutArguments = monitor(async () => "done");
export const typedEvent = monitor(async (event: S3Event, context: Context) => event.Records[0]?.s3.object.key ?? context.awsRequestId);
export const declared: Api = monitor(async (event) => event.rawPath.trim());
export const declaredHttp: Api = monitorHttp(async (event, context) => ({ statusCode: 200, body: event.body ?? context.functionName }));
export const queue: SQSHandler = monitor(async ({ Records }) => ({ batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }));
const api: Api = (event, _context, callback) => callback(null, event.rawPath);
export const wrapped: Api = monitor(api);
const streamed: StreamifyHandler = async (event, stream) => { stream.end(String(event)); };
export const streaming: StreamifyHandler = monitor(streamed);
export const untypedStream = monitor(async (event, stream, context) => { stream.write(context.awsRequestId); });
export const typedStream = monitor(async (event: { name: string }, stream: Writable, _context: Context) => { stream.end(event.name); });
class Orders { handle = monitor(async (event: { id: number }) => event.id); }
export const method: (event: { id: number }) => Promise<number> = new Orders().handle;

// What is known is not forgotten.
export const wrongField: Api = monitor(async (event) => event.rawPth); // TS2551
export const wrongResult: Promise<string> = typedStream({ name: "" }, new Writable(), {} as Context); // TS2322
export const wrongArgument = wrapped({} as S3Event, {} as Context, () => undefined); // TS2345
export const noHandler = monitor("handler"); // TS2345
`;

test("handlers as people write them compile, with all that is known of their types", () => {
  const file = resolve("functions/example/handler.ts");
  const target = ts.ScriptTarget.ES2023;
  const checks: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true };
  const options = { ...checks, target, lib: ["lib.es2023.d.ts"], module: ts.ModuleKind.Preserve, types: ["node"] };
  const host = ts.createCompilerHost(options);
  const example = ts.createSourceFile(file, HANDLERS, target);

  const program = ts.createProgram([file], options, {
    ...host,
    fileExists: (name) => resolve(name) === file || host.fileExists(name),
    getSourceFile: (name, ...rest) => (resolve(name) === file ? example : host.getSourceFile(name, ...rest)),
  });
  const errors = program.getSemanticDiagnostics(example);

  const lines = HANDLERS.split("\n");
  const lineOf = (start = 0) => HANDLERS.slice(0, start).split("\n").length - 1;
  const found = errors.map(({ start, code }) => `${lines[lineOf(start)]?.split(" //")[0]} // TS${code}`);
  expect(found).toEqual(lines.filter((line) => line.includes("// TS")));
});
