/** What a CDKTF app imports: `warmwatch/constructs`. The rest of this folder is internal. */
export { type Environment } from "../environments/schema";
export { EnvironmentStack, type EnvironmentStackProps } from "./environment-stack";
export { type DefineInfrastructure, type InfrastructureOwner } from "./infrastructure";
export { MonitoredFunction, type MonitoredFunctionProps } from "./monitored-function";
export { type MonitoredLambda, Monitoring, type MonitoringProps } from "./monitoring/monitored-lambdas";
export { synthesizeEnvironments } from "./synthesize-environments";
