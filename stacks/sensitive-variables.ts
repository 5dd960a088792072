import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { type FunctionSettings } from "../environments/schema";

/**
 * The sensitive Terraform variables of one environment: without defaults, and declared once even if several functions
 * use them.
 */
export class SensitiveVariables extends Construct {
  private readonly declared = new Map<string, TerraformVariable>();

  /** The value of a function's environment variable: the secret's name or ARN, or the value of a Terraform variable. */
  resolve(secrets: FunctionSettings["secrets"]): Record<string, string> {
    return Object.fromEntries(
      Object.entries(secrets).map(([variable, { kind, name }]) => [
        variable,
        kind === "terraformVariable" ? this.valueNamed(name) : name,
      ]),
    );
  }

  /** The value of a sensitive Terraform variable. */
  valueNamed(name: string): string {
    let variable = this.declared.get(name);
    if (!variable) {
      variable = new TerraformVariable(this, name, { type: "string", sensitive: true, nullable: false });
      variable.overrideLogicalId(name);
      this.declared.set(name, variable);
    }
    return variable.stringValue;
  }
}
