import { CatchUpMarks, type Host } from '../../src/extension-api.js';
import { snowflakeAt } from './snowflake.js';

/** What is not seen to after this long, in ms, is not answered any more when the hub comes back. */
const forgottenAfterMs = 24 * 3_600_000;

/** Events may come out of order by a few seconds, in ms; what is asked for twice is stored once. */
const overlapMs = 10_000;

/** Ids grow in all channels alike, so there is one mark for all of them. */
const everywhere = 'everywhere';

/**
 * How far the messages of Discord have been stored. Discord has no acknowledgement: a message whose event was sent
 * is gone when this process dies with it. So the id up to which everything is stored is kept, and what came after it
 * is asked for at the next start.
 */
export class Progress {
  readonly #marks: CatchUpMarks;
  /** A bot does not answer what was said before it came. */
  readonly #first: bigint;

  private constructor(marks: CatchUpMarks, first: bigint) {
    this.#marks = marks;
    this.#first = first;
  }

  /** Where to go on. At the very first start that is now. */
  static async load(host: Pick<Host, 'notes' | 'log'>, agentId: string): Promise<Progress> {
    const [now, oldest] = [Date.now(), Date.now() - forgottenAfterMs].map(snowflakeAt) as [bigint, bigint];
    const from = (noted: string) => (BigInt(noted) > oldest ? BigInt(noted) : oldest);
    const marks = await CatchUpMarks.load({
      notes: host.notes,
      key: `progress:${agentId}`,
      codec: {
        read: (noted) => (typeof noted === 'string' ? [[everywhere, from(noted)]] : []),
        write: ([mark]) => String(mark?.[1]),
      },
      warn: (err) => host.log.warn({ err }, 'How far Discord was read could not be noted.'),
    });
    const isFirst = marks.upTo(everywhere) === undefined;
    if (isFirst) {
      marks.begin(everywhere, now);
      await marks.seen(everywhere, now);
    }
    return new Progress(marks, isFirst ? now : 0n);
  }

  /** What to ask for after a gap: everything newer than this. @param missedMs how long one may have been deaf before. */
  since(missedMs = 0): bigint {
    const since = this.#marks.upTo(everywhere)! - BigInt((overlapMs + missedMs) * 2 ** 22);
    return since > this.#first ? since : this.#first;
  }

  /** This message is to be seen to; call the result when it has been. */
  begin(id: bigint): () => void {
    this.#marks.begin(everywhere, id);
    return () => void this.#marks.seen(everywhere, id);
  }

  /** What was said since may have been missed; call the result when it was read. */
  gap(): () => void {
    return this.#marks.gap(everywhere);
  }

  /** Writes what is to be written. What is still open is left: the next start finds it. */
  close(): Promise<void> {
    return this.#marks.close();
  }
}
