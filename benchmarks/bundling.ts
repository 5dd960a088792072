import { bundleFunctions } from "../stacks/bundle";

/** Bundles the shipped function as synthesis does, and nothing else. */
void bundleFunctions(".", ["api"], process.env["CDKTF_OUTDIR"] ?? ".");
