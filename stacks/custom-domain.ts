import { type Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Apigatewayv2ApiMapping } from "@cdktf/provider-aws/lib/apigatewayv2-api-mapping";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name";
import { type Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { type Construct } from "constructs";
import { type HttpSettings } from "../environments/http";
import { type EndpointOutputs } from "./endpoint";

/** A domain, and the API that it is for. */
export interface CustomDomainProps {
  readonly domain: NonNullable<HttpSettings["domain"]>;
  readonly api: Apigatewayv2Api;
  readonly stage: Apigatewayv2Stage;
}

/** Lets a domain of the user's lead to an API. */
export function addCustomDomain(scope: Construct, { domain, api, stage }: CustomDomainProps): EndpointOutputs {
  const { name, certificateArn, hostedZoneId } = domain;
  const custom = new Apigatewayv2DomainName(scope, "domain", {
    domainName: name,
    domainNameConfiguration: { certificateArn, endpointType: "REGIONAL", securityPolicy: "TLS_1_2" },
  });
  new Apigatewayv2ApiMapping(scope, "domain-mapping", {
    apiId: api.id,
    domainName: custom.id,
    stage: stage.id,
  });
  const { targetDomainName, hostedZoneId: zoneOfTarget } = custom.domainNameConfiguration;
  const url = `https://${name}`;
  if (hostedZoneId === undefined) return { url, domain_target: targetDomainName };
  new Route53Record(scope, "domain-record", {
    zoneId: hostedZoneId,
    name,
    type: "A",
    alias: { name: targetDomainName, zoneId: zoneOfTarget, evaluateTargetHealth: false },
    // The domain moves here from where it led before, and after an interrupted apply the record is already there.
    allowOverwrite: true,
  });
  return { url };
}
