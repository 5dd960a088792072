/** The least that a cdktf program can do: one empty stack. cdktf's own variable CDKTF_OUTDIR says where to. */
const { App, TerraformStack } = require("cdktf");

// As in main.ts: the validation would start a terraform.
const app = new App({ skipValidation: true });
new TerraformStack(app, "empty");
app.synth();
