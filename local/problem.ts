/** Why an environment cannot run on this computer. Its message is meant to be printed as it is. */
export class LocalEnvironmentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LocalEnvironmentError";
  }
}
