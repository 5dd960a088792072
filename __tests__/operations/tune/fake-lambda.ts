import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  type DeleteFunctionCommandInput,
  type FunctionConfiguration,
  GetFunctionCommand,
  type GetFunctionCommandInput,
  GetLayerVersionByArnCommand,
  InvokeCommand,
  type InvokeCommandInput,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { createHash } from "node:crypto";
import { type MeasuredRequest, type TunedSize } from "../../../operations/tune/bench";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { type ModelledFunction, modelRequest } from "./modelled-function";

const ZIP = Buffer.from("a zip");
const IMAGE = "registry/api@sha256:1";

/** How a request goes: by the model, or in another way. */
export type Answer = { readonly payload: string; readonly functionError?: string; readonly log?: string };

/** Lambda with one deployed function, `dev-api`, which can be copied; copies run as a model says. */
export class FakeLambda extends FakeAws {
  modelled: ModelledFunction = { waits: 60, computes: 10 };
  /** Another answer than the model's to a request. */
  answerWith: (size: TunedSize, index: number) => Answer | undefined = () => undefined;
  /** Called with each change of a function and each request, before it happens. */
  onCall: (what: string) => void = () => undefined;
  layerArchitectures: string[] | undefined;
  /** Functions that were changed or invoked. */
  readonly touched = new Set<string>();
  readonly sent: unknown[] = [];
  now = 0;
  private readonly warm = new Set<string>();

  constructor(settings: FunctionConfiguration = {}) {
    super();
    const live: FunctionConfiguration = {
      ...{ FunctionName: "dev-api", Version: "7", Runtime: "nodejs22.x", Handler: "index.handler", PackageType: "Zip" },
      ...{ Role: "arn:aws:iam::123456789012:role/warmwatch/dev/dev.api", MemorySize: 512, Timeout: 10 },
      ...{ Architectures: ["arm64"], CodeSize: ZIP.length, Environment: { Variables: { TABLE: "orders" } } },
      CodeSha256: createHash("sha256").update(ZIP).digest("base64"),
      LoggingConfig: { LogFormat: "JSON", LogGroup: "/aws/lambda/dev-api", SystemLogLevel: "INFO" },
      ...settings,
    };
    this.functions.set("dev-api:live", live);
    const { lambda, logs } = mocks;
    lambda.on(GetFunctionCommand).callsFake(
      this.call("GetFunction", ({ FunctionName = "", Qualifier = "" }: GetFunctionCommandInput) => {
        const Configuration = this.functions.get(Qualifier === "" ? FunctionName : `${FunctionName}:${Qualifier}`);
        if (!Configuration) throw makeSdkError("ResourceNotFoundException");
        const isImage = Configuration.PackageType === "Image";
        const Location = `data:application/zip;base64,${ZIP.toString("base64")}`;
        return { Configuration, Code: isImage ? { ImageUri: IMAGE } : { Location } };
      }),
    );
    lambda.on(CreateFunctionCommand).callsFake(
      this.call("CreateFunction", ({ Code, FunctionName = "", Environment, ...rest }: CreateFunctionCommandInput) => {
        if (this.functions.has(FunctionName)) throw makeSdkError("ResourceConflictException");
        if (Code?.ImageUri !== IMAGE && Buffer.from(Code?.ZipFile ?? "").toString() !== ZIP.toString())
          throw new Error("other code");
        this.functions.set(FunctionName, {
          ...(rest as FunctionConfiguration),
          ...{ FunctionName, Environment, Version: "$LATEST", LastModified: new Date(this.now).toISOString() },
        });
        return {};
      }),
    );
    lambda.on(UpdateFunctionConfigurationCommand).callsFake(
      this.call(
        "UpdateFunctionConfiguration",
        ({ FunctionName = "", MemorySize }: UpdateFunctionConfigurationCommandInput) => {
          this.functions.set(FunctionName, { ...this.functions.get(FunctionName), MemorySize });
          return {};
        },
      ),
    );
    lambda.on(PublishVersionCommand).callsFake(
      this.call("PublishVersion", ({ FunctionName = "" }: PublishVersionCommandInput) => {
        const Version = String(
          1 + [...this.functions.keys()].filter((key) => key.startsWith(`${FunctionName}:`)).length,
        );
        this.functions.set(`${FunctionName}:${Version}`, { ...this.functions.get(FunctionName), Version });
        return { Version };
      }),
    );
    lambda.on(InvokeCommand).callsFake(
      this.call("Invoke", ({ FunctionName = "", Qualifier = "", Payload = "" }: InvokeCommandInput) => {
        this.sent.push(JSON.parse(Buffer.from(Payload as string).toString()));
        const key = `${FunctionName}:${Qualifier}`;
        const { MemorySize = 0, Architectures = [] } = this.functions.get(key) ?? {};
        const size = { memoryMb: MemorySize, architecture: Architectures[0] as TunedSize["architecture"] };
        const isCold = !this.warm.has(key);
        this.warm.add(key);
        const request = modelRequest(this.modelled, size, isCold);
        const answer = this.answerWith(size, this.sent.length) ?? answerAsModelled(request, this.modelled);
        const { payload, functionError, log = formatReport(request, size) } = answer;
        return {
          Payload: Object.assign(Buffer.from(payload), { transformToString: () => payload }),
          LogResult: Buffer.from(log).toString("base64"),
          ...(functionError !== undefined && { FunctionError: functionError }),
        };
      }),
    );
    lambda.on(DeleteFunctionCommand).callsFake(
      this.call("DeleteFunction", ({ FunctionName = "" }: DeleteFunctionCommandInput) => {
        for (const key of [...this.functions.keys()])
          if (key.split(":")[0] === FunctionName) this.functions.delete(key);
        return {};
      }),
    );
    lambda
      .on(GetLayerVersionByArnCommand)
      .callsFake(this.call("GetLayerVersionByArn", () => ({ CompatibleArchitectures: this.layerArchitectures })));
    logs.on(DeleteLogGroupCommand).rejects(makeSdkError("ResourceNotFoundException"));
  }

  /** Every function that exists, without versions. */
  get names(): string[] {
    return [...new Set([...this.functions.keys()].map((key) => key.split(":")[0] ?? ""))];
  }

  private call<Input extends { FunctionName?: string | undefined }, Output>(
    name: string,
    give: (input: Input) => Output,
  ): (input: Input) => Promise<Output> {
    return async (input) => {
      this.onCall(name);
      const error = this.errors.get(name);
      if (error) throw error;
      if (!name.startsWith("Get")) this.touched.add(input.FunctionName ?? "");
      return give(input);
    };
  }
}

function answerAsModelled({ failure }: MeasuredRequest, { timeoutSeconds = 10 }: ModelledFunction): Answer {
  switch (failure?.kind) {
    case undefined:
      return { payload: '{"statusCode":200}' };
    case "timeout":
      return failWith("Sandbox.Timedout", `RequestId: 1 Error: Task timed out after ${timeoutSeconds}.00 seconds`);
    case "memory":
      return failWith("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed");
    case "error":
      return failWith("Error", failure.text);
  }
}

/** The answer of a request that threw. */
export function failWith(errorType: string, errorMessage: string): Answer {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: "Unhandled" };
}

function formatReport(request: MeasuredRequest, { memoryMb }: TunedSize): string {
  const { milliseconds, billedMilliseconds, memoryUsedMb, initMilliseconds } = request;
  const fields = [
    ...["REPORT RequestId: 1", `Duration: ${milliseconds.toFixed(2)} ms`, `Billed Duration: ${billedMilliseconds} ms`],
    ...[`Memory Size: ${memoryMb} MB`, `Max Memory Used: ${memoryUsedMb} MB`],
    ...(initMilliseconds === undefined ? [] : [`Init Duration: ${initMilliseconds.toFixed(2)} ms`]),
  ];
  return `START RequestId: 1 Version: 1\nEND RequestId: 1\n${fields.join("\t")}\t\n`;
}
