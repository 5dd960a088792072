/** What keeps a run from its end, outside of this program. Its message is one line, meant to be printed as it is. */
export class LoadFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LoadFailure";
  }
}
