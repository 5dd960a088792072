import { type FunctionAdvice } from "./report";

/** Where the figures are from, besides the traffic. */
export function describeBasis({ log }: FunctionAdvice): "assumed" | "its log tells" {
  return log?.isUsed === true ? "its log tells" : "assumed";
}

/**
 * The policies that a sensitivity is told of: the function without warming, as it is set now, and as it is recommended.
 */
export function listSensitivityHeadings({ policies, sensitivity }: FunctionAdvice): string[] {
  return (sensitivity[0]?.policies ?? []).map(({ name }) => {
    const policy = policies.find((one) => one.name === name);
    const roles = [
      ...(policy?.kind === "none" ? ["not warmed"] : []),
      ...(policy?.isConfigured === true ? ["set now"] : []),
      ...(policy?.isRecommended === true ? ["recommended"] : []),
    ];
    return roles.join(", ");
  });
}
