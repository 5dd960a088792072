import * as z from "zod";

const note = z.object({
  alarm: z.string(),
  /** Missing if CloudWatch did not provide it: the note then applies to the last time before it was written. */
  rangAt: z.iso.datetime().optional(),
  notedAt: z.iso.datetime().optional(),
  text: z.string(),
});

/** A note about one time that an alarm rang: what was changed because of it. */
export type AlarmNote = z.output<typeof note>;

/** The notes among an environment's records. */
export function selectNotes(records: readonly unknown[]): AlarmNote[] {
  return records.flatMap((record) => note.safeParse(record).data ?? []);
}
