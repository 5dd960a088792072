import { expect, test } from "@jest/globals";
import { IMPORT_IDS } from "../../../../operations/doctor/imports/import-ids";
import { makeProjectWithEnvironments } from "../../../support/environments";
import { synthesizeProject } from "../../../support/project";

test("every type of resource that a stack has is known to be imported or not, and no other", async () => {
  const { stacks } = await synthesizeProject(makeProjectWithEnvironments());
  const types = Object.values(stacks).flatMap(({ resource }) => Object.keys(resource));
  expect(Object.keys(IMPORT_IDS).sort()).toEqual([...new Set(types)].sort());
  const unknown = Object.keys(IMPORT_IDS).filter((type) => IMPORT_IDS[type] === undefined);
  // What AWS does not have: an invocation is a call, and terraform_data a part of the state. A DNS record is replaced.
  expect(unknown.sort()).toEqual(["aws_lambda_invocation", "aws_route53_record", "terraform_data"]);
});
