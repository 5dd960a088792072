import { type FunctionAdvice } from "./report";

/** The source of the figures, besides the traffic. */
export function describeBasis({ log }: FunctionAdvice): "is assumed" | "its log shows" {
  return log?.isUsed === true ? "its log shows" : "is assumed";
}

/** The policies in the sensitivity table: no warming, the current settings, and the recommendation. */
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
