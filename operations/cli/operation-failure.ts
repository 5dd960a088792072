/** An external problem that stops a command. The message is one line; print it as it is. */
export class OperationFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
