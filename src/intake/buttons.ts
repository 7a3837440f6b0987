/**
 * Buttons: each is good for one press, for a while, in one room. Lasting ones are not used up by a press: what they stand
 * for decides itself who may, and what a second press means. The payload carries a number, its end and a
 * signature; what the button stands for is a note under the number. It has at most 64 bytes, the least
 * that a platform takes.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { InboundPress } from '../core/inbound.js';
import { type Button, roomIdOf } from '../core/memory.js';
import { FatalError, isRetryable } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

const usualMs = 24 * 60 * 60 * 1000;

const Choice = z.object({
  /** What pressing it says, as if its presser had written it. */
  text: z.string(),
  label: z.string(),
  direct: z.boolean(),
  /** The only one who may press it; absent: everyone the agent talks to in the room. */
  user: z.string().optional(),
  /** It is the hub's own, and its text a command, also where messages are none. */
  command: z.boolean().optional(),
});
export type Choice = z.infer<typeof Choice>;

/** Older hubs read no note without `roles`. What its presser may do is asked when it is pressed. */
const Noted = Choice.extend({ roles: z.array(z.string()).optional() });
const choiceNote = defineNote({ key: (number: string) => `button:${number}`, schema: Noted });
/** Of lasting ones: older hubs beside find nothing under their numbers, and so do not use them up. */
const lastingNote = defineNote({ key: (number: string) => `lasting:${number}`, schema: Choice });
const lastingMark = '~';

export interface Minting extends Choice {
  agentId: string;
  roomId: string;
  style?: Button['style'];
  ttlMs?: number;
  /** Presses do not use it up; it goes when the message is replaced that it stands under. */
  lasting?: boolean;
}

/** Whether a press uses its button up; forged ones may say either. */
export function isLasting({ payload }: Pick<InboundPress, 'payload'>): boolean {
  return payload.startsWith(lastingMark);
}

export class Buttons {
  readonly #choices: TypedNotes<string, z.infer<typeof Noted>>;
  readonly #lasting: TypedNotes<string, Choice>;
  readonly #makeKey: () => Uint8Array;
  #key: Uint8Array | undefined;

  /** `key` is the same in all processes of a hub. */
  constructor(notes: NoteStore, key: () => Uint8Array, log: Logger) {
    this.#choices = choiceNote.in(notes, log);
    this.#lasting = lastingNote.in(notes, log);
    this.#makeKey = key;
  }

  async mint({ agentId, roomId, style, lasting, ttlMs = usualMs, ...choice }: Minting): Promise<Button> {
    const number = `${lasting ? lastingMark : ''}${randomBytes(12).toString('base64url')}`;
    const end = Math.ceil((Date.now() + ttlMs) / 1000).toString(36);
    if (lasting) await this.#lasting.put(number, choice, { ttlMs });
    else await this.#choices.put(number, { ...choice, roles: [] }, { ttlMs });
    const payload = `${number}.${end}.${this.#sign(number, end, agentId, roomId)}`;
    return { label: choice.label, payload, ...(style && { style }) };
  }

  /**
   * Does `work` with what the button stands for; `number` names this press, of a lasting one all of them. Where trying again
   * may help, the button stays good.
   * @throws FatalError `button_invalid`: forged, expired, pressed before, or somebody else's.
   */
  async redeem<T>(press: InboundPress, work: (choice: Choice, number: string) => Promise<T>): Promise<T> {
    const [number = '', end = '', signature = ''] = press.payload.split('.');
    const signed = this.#sign(number, end, press.agentId, roomIdOf(press.agentId, press.source));
    if (!same(signature, signed)) throw invalid('This button is not valid here.');
    const left = Number.parseInt(end, 36) * 1000 - Date.now();
    if (left <= 0) throw invalid('This button has expired.');
    const lasting = isLasting(press);
    const offered = await (lasting ? this.#lasting : this.#choices).get(number);
    if (offered?.user !== undefined && offered.user !== press.author.id)
      throw invalid('This button is for somebody else.');
    if (lasting && offered) return work(offered, number);
    const choice = await this.#choices.take(number);
    if (!choice) throw invalid('This button was pressed before.');
    try {
      return await work(choice, number);
    } catch (error) {
      if (isRetryable(error)) await this.#choices.put(number, choice, { ttlMs: left });
      throw error;
    }
  }

  /** 128 of its 256 bits: there is one try for each button that exists. */
  #sign(...parts: string[]): string {
    this.#key ??= this.#makeKey();
    return createHmac('sha256', this.#key)
      .update(JSON.stringify(parts))
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function invalid(message: string): FatalError {
  return new FatalError('button_invalid', message);
}
