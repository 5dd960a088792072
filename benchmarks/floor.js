/** The minimum cdktf program: one empty stack. cdktf's variable CDKTF_OUTDIR sets the output folder. */
const { App, TerraformStack } = require("cdktf");

// As in main.ts: the validation would start a terraform.
const app = new App({ skipValidation: true });
new TerraformStack(app, "empty");
app.synth();
