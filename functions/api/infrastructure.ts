import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { type DefineInfrastructure } from "../../stacks/infrastructure";

/** The table that keeps the notes. */
const defineInfrastructure: DefineInfrastructure = (scope, { environment, deployed }) => {
  const table = new DynamodbTable(scope, "notes", {
    name: `${deployed.name}-notes`,
    billingMode: "PAY_PER_REQUEST",
    hashKey: "list",
    rangeKey: "id",
    attribute: [
      { name: "list", type: "S" },
      { name: "id", type: "S" },
    ],
    serverSideEncryption: { enabled: true },
    pointInTimeRecovery: { enabled: environment.protected },
    deletionProtectionEnabled: environment.protected,
  });
  deployed.grant(
    ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    [table.arn],
  );
  deployed.setVariable("NOTES_TABLE", table.name);
};

export default defineInfrastructure;
