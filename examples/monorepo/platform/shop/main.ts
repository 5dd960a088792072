import { synthesizeEnvironments } from "warmwatch/constructs";

/** `npm run synth`: every `environments/*.tfvars` becomes one stack. Resolves to the exit code. */
export default function main(): Promise<number> {
  return synthesizeEnvironments();
}
