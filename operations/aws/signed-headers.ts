import { LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import { type HeaderSource } from "../http/http-sender";
import { AwsAccess } from "./access";

/** AWS accepts a signature for five minutes; signing each request would cost more than the request. */
const SIGNATURE_SECONDS = 30;

/** Signs GET requests to a function URL with AWS_IAM, with the credentials that every AWS tool here would use. */
export function createHeaderSigner(url: URL, region: string): HeaderSource {
  const aws = new AwsAccess(region);
  const { credentials, sha256 } = aws.client(LambdaClient).config;
  const signer = new SignatureV4({ service: "lambda", region, credentials, sha256 });
  let headers: Promise<Readonly<Record<string, string>>> | undefined;
  let signedAt = 0;
  const sign = async () => {
    const request = {
      method: "GET",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host },
    };
    return (await aws.find("lambda:InvokeFunctionUrl", () => signer.sign(request)))?.headers ?? {};
  };
  return () => {
    if (!headers || Date.now() - signedAt > SIGNATURE_SECONDS * 1000) {
      signedAt = Date.now();
      headers = sign();
    }
    return headers;
  };
}
