import { bundleFunctions } from "../stacks/bundle";

/** Only bundles the included function, as synthesis does. */
void bundleFunctions(".", ["api"], process.env["CDKTF_OUTDIR"] ?? ".");
