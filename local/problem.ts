/** Why an environment cannot run on this computer. Print the message as it is. */
export class LocalEnvironmentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LocalEnvironmentError";
  }
}
