/**
 * What keeps a command from its end, outside of this program. Its message is one line, meant to be printed as it is.
 */
export class OperationFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
