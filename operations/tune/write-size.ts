import { isDeepStrictEqual } from "node:util";
import { type Environment } from "../../environments/schema";
import { changeTfvars, type TfvarsChange } from "../tfvars/change-file";
import { put, type TfvarsValues } from "../tfvars/put";
import { type TunedSize } from "./bench";

/** What a tfvars file has to say for a new size. */
export function listSizeValues(size: TunedSize, now: TunedSize): TfvarsValues {
  return {
    ...(size.memoryMb !== now.memoryMb && { memory_mb: size.memoryMb }),
    ...(size.architecture !== now.architecture && { architecture: size.architecture }),
  };
}

/**
 * Puts a function's size into its environment's file; nothing else changes.
 *
 * @throws InvalidInput, OperationFailure
 */
export function writeSize(root: string, environment: Environment, id: string, size: TunedSize): Promise<TfvarsChange> {
  const { [id]: settings, ...others } = environment.functions;
  if (!settings) throw new Error(`${id} is not deployed from here`);
  const { memoryMb, architecture } = size;
  const wanted = { ...environment, functions: { ...others, [id]: { ...settings, memoryMb, architecture } } };
  return changeTfvars(
    root,
    environment,
    (text) => put(text, ["functions", id], listSizeValues(size, settings)),
    (after) => isDeepStrictEqual(after, wanted),
  );
}
