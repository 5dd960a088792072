import { bundleFunctions } from "../stacks/bundle";

/** Only bundles the included function, as synthesis does. */
void bundleFunctions(".", [{ name: "api" }], process.env["CDKTF_OUTDIR"] ?? ".");
