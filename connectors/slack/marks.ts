/** What of a reply has been sent: so that a delivery that is tried again goes on where it was. */
import type { Notes } from '../../src/extension-api.js';

const keptMs = 86_400_000;

interface Sent {
  /** Unix ms of the first try. */
  at: number;
  /** Slack's ids of the messages; null: not known to have been sent. */
  ts: (string | null)[];
  files: number;
}

export class Marks {
  /** True where an earlier try may have sent something that is not noted here. */
  readonly resumed: boolean;
  readonly sent: Sent;
  readonly #notes: Notes;
  readonly #key: string;

  private constructor(notes: Notes, key: string, known: Sent | null) {
    this.#notes = notes;
    this.#key = key;
    this.resumed = known !== null;
    this.sent = known ?? { at: Date.now(), ts: [], files: 0 };
  }

  /** Noted before anything is sent: a try that ends without a word is known to have been one. */
  static async begin(notes: Notes, outboundId: string): Promise<Marks> {
    const key = `sent:${outboundId}`;
    const marks = new Marks(notes, key, (await notes.get(key)) as Sent | null);
    if (!marks.resumed) await marks.#keep();
    return marks;
  }

  async message(index: number, ts: string): Promise<void> {
    while (this.sent.ts.length <= index) this.sent.ts.push(null);
    this.sent.ts[index] = ts;
    await this.#keep();
  }

  async file(): Promise<void> {
    this.sent.files += 1;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    await this.#notes.put(this.#key, this.sent, { ttlMs: keptMs });
  }
}
