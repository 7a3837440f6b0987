import { descend, type Host, type Rung, SentParts } from '../../src/extension-api.js';
import { type Given, lower, messagesOf } from './form.js';
import type { Messenger } from './messenger.js';
import { Refusal } from './refusal.js';
import type { Part } from './reply.js';

/** One message to be sent, and what it is part of. */
export interface Letter {
  channelId: string;
  part: Part;
  /** Names it in every try. */
  key: string;
  /** The message it hangs below. */
  replyTo?: string | undefined;
  /** The message that shows its beginning: it is put into that one. */
  draft?: string | null;
  /**
   * The key of a draft that may have been made without our hearing of it: the first try is made under it, so that
   * Discord gives us that draft.
   */
  draftKey?: string | undefined;
  /** It is all of the reply. */
  whole: boolean;
}

/** Brings one message of a reply to Discord, in the best form that is taken. */
export class Sender {
  readonly #host: Pick<Host, 'notes' | 'log'>;
  readonly #messenger: Messenger;

  constructor(host: Pick<Host, 'notes' | 'log'>, messenger: Messenger) {
    this.#host = host;
    this.#messenger = messenger;
  }

  /**
   * @returns the ids of the messages it became, first to last.
   * @throws Refusal when Discord takes it in no form; what may pass at once.
   */
  async send(letter: Letter, signal: AbortSignal): Promise<string[]> {
    const { part, whole, key } = letter;
    let given: Given = {};
    // How far it got where it is no longer the one message it was; only then it is noted.
    let sent: SentParts<Given> | null = null;
    const open = async (announce: boolean) => {
      sent = await SentParts.open({ notes: this.#host.notes, outboundId: key, plan: given, announce });
      if (sent.resumed) given = sent.plan;
      return sent;
    };
    // An earlier try may have made a new message of it, and not have heard so: the draft is not completed as well then.
    if (letter.draft) await open(false);
    const rungs: Rung<string>[] = [];
    const rung = (name: string): Rung<string> => ({
      name,
      send: async () => {
        if (sent?.has(0)) return sent.ids[0]!;
        try {
          return await this.#first(letter, given, signal);
        } catch (error) {
          const edited = given.edit;
          const next = error instanceof Refusal && lower(given, error, hadBy(letter, given));
          if (!next) throw error;
          const isFresh = given.edit === true && !edited;
          if (!sent || isFresh) await open(isFresh);
          rungs.push(rung(next));
          throw error;
        }
      },
    });
    rungs.push(rung('as rendered'));
    const first = await descend(rungs, (err, { name }, next) =>
      this.#host.log.warn({ err, form: name, next: next?.name }, 'Discord refuses a message in this form.'),
    );
    const ids = [first];
    const [, ...rest] = await messagesOf(part, given, whole);
    if (rest.length > 0) await sent!.mark(0, first);
    for (const [index, content] of rest.entries()) {
      const known = sent!.ids[index + 1];
      if (known) {
        ids.push(known);
        continue;
      }
      signal.throwIfAborted();
      const piece = { ...letter, part: content, key: `${key}.${index + 1}`, whole: false };
      const made = await this.send(
        { ...piece, replyTo: undefined, draft: null, draftKey: undefined },
        signal,
      );
      await sent!.mark(index + 1, made[0]!);
      ids.push(...made);
    }
    return ids;
  }

  /** The first of the messages it becomes. */
  async #first(letter: Letter, given: Given, signal: AbortSignal): Promise<string> {
    const { channelId, part, whole, key, draftKey } = letter;
    const message = (await messagesOf(part, given, whole))[0]!;
    const replyTo = given.reference ? undefined : letter.replyTo;
    if (!letter.draft || given.edit) {
      const name = given.edit || !draftKey ? key : draftKey;
      const made = await this.#messenger.post(channelId, { ...message, key: name, replyTo }, signal);
      // A draft has words alone.
      const isWhole =
        made.content === message.content && message.files.length + message.components.length === 0;
      if (name === key || isWhole) return made.id;
      letter.draft = made.id;
    }
    await this.#messenger.edit(channelId, letter.draft, message, signal);
    return letter.draft;
  }
}

function hadBy({ part, replyTo, draft }: Letter, given: Given) {
  const edit = !!draft && !given.edit;
  return {
    edit,
    reference: !edit && !!replyTo && !given.reference,
    buttons: part.components.length > 0 && !given.buttons,
    files: part.files.length > 0 && !given.files,
  };
}
