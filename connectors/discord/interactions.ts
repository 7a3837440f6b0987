import type {
  APIApplicationCommandInteraction,
  APIInteraction,
  APIMessageComponentInteraction,
  APIUser,
} from 'discord.js';
import {
  type Author,
  CarrierError,
  type CommandAnswer,
  descend,
  type Host,
  pause,
  RetryableError,
  type Source,
  untilDone,
} from '../../src/extension-api.js';
import type { Api } from './api.js';
import { suppressEmbeds } from './messenger.js';
import { authorOf, sourceOf } from './normalize.js';
import { placeOfInteraction } from './place.js';
import { refusalCode } from './refusal.js';
import { maxMessageChars } from './render.js';
import { contentsOf, type Part, rowsOf } from './reply.js';

export interface InteractionParts {
  host: Host;
  api: Api;
  agentId: string;
  connector: string;
  /** As in `MessengerOptions`. */
  previews: boolean;
}

// https://discord.com/developers/docs/interactions/receiving-and-responding
const kinds = { command: 2, component: 3 };
const answers = { thinking: 5, silently: 6 };
const onlyForYou = 64;
const alreadyAcknowledged = 40060;

/** Discord takes answers for 15 minutes; less what its clock and ours may differ by. In ms. */
const answerableMs = 14.5 * 60_000;
const firstPauseMs = 250;
const mostKnown = 1000;

/**
 * Slash commands and buttons. Discord waits 3 seconds for a sign of life, so that is given first; the answer, for the
 * eyes of the caller alone, may take 15 minutes.
 */
export class Interactions {
  readonly #parts: InteractionParts;
  readonly #running = new Set<Promise<void>>();
  readonly #known = new Set<string>();
  readonly #ending = new AbortController();

  constructor(parts: InteractionParts) {
    this.#parts = parts;
  }

  /** A session that is resumed may tell of one again. */
  take(interaction: APIInteraction): void {
    if (this.#known.has(interaction.id)) return;
    this.#known.add(interaction.id);
    for (const id of this.#known) if (this.#known.size > mostKnown) this.#known.delete(id);
    const { log } = this.#parts.host;
    const job = this.#answer(interaction).catch((error) => {
      log.warn({ err: error }, 'A command or button of Discord could not be answered.');
    });
    this.#running.add(job);
    void job.finally(() => this.#running.delete(job));
  }

  /** Waits for those that have begun; what Discord does not take now is not tried again. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  async #answer(interaction: APIInteraction): Promise<void> {
    if (isCommand(interaction)) await this.#command(interaction);
    else if (isButton(interaction)) await this.#press(interaction);
  }

  async #command(interaction: APIApplicationCommandInteraction): Promise<void> {
    const until = Date.now() + answerableMs;
    await this.#acknowledge(interaction, { type: answers.thinking, data: { flags: onlyForYou } }, until);
    const answer = await this.#said(() =>
      this.#parts.host.command({
        agentId: this.#parts.agentId,
        id: interaction.id,
        source: this.#source(interaction),
        direct: interaction.guild_id === undefined,
        author: authorOfInteraction(interaction),
        roles: interaction.member?.roles,
        name: interaction.data.name,
        args: argumentsOf(interaction),
      }),
    );
    const { api } = this.#parts;
    const original = originalOf(interaction);
    // Whom the gate drops gets no answer, and no "thinking" that never ends.
    if (answer === null) return this.#patiently(() => api.delete(original, { auth: false }), until);
    const [first = '✓', ...rest] = await contentsOf(answer.text);
    const show = (components: Part['components']) => () => {
      const body = { content: first, components, ...quiet, ...this.#flags(0) };
      return this.#patiently(() => api.patch(original, { auth: false, body }), until);
    };
    const buttons = rowsOf(answer.buttons ?? []);
    const forms = [
      { name: 'as rendered', send: show(buttons) },
      ...(buttons.length > 0 ? [{ name: 'without buttons', send: show([]) }] : []),
    ];
    await descend(forms, (err) =>
      this.#parts.host.log.warn({ err }, 'Discord refuses the answer to a command in this form.'),
    );
    for (const content of rest) await this.#followUp(interaction, content, until);
  }

  async #press(interaction: APIMessageComponentInteraction): Promise<void> {
    const until = Date.now() + answerableMs;
    await this.#acknowledge(interaction, { type: answers.silently }, until);
    const { host, agentId, api } = this.#parts;
    let taken = true;
    const answer = await this.#said(
      async () => {
        const press = {
          agentId,
          source: this.#source(interaction),
          author: authorOfInteraction(interaction),
          roles: interaction.member?.roles,
        };
        return { text: await host.press({ ...press, payload: interaction.data.custom_id }) };
      },
      () => (taken = false),
    );
    // A choice is made once; what is left to press would be refused.
    const withoutButtons = () =>
      api.patch(originalOf(interaction), { auth: false, body: { components: [] } });
    if (taken)
      await this.#patiently(withoutButtons, until).catch((err) =>
        host.log.warn({ err }, 'Buttons that were pressed stay on Discord.'),
      );
    for (const content of await contentsOf(answer?.text ?? ''))
      await this.#followUp(interaction, content, until);
  }

  /** What the hub says, or why it does not: a refusal is an answer, too. */
  async #said(ask: () => Promise<CommandAnswer | null>, onRefusal = () => {}): Promise<CommandAnswer | null> {
    try {
      return await ask();
    } catch (error) {
      onRefusal();
      if (error instanceof CarrierError && !error.retryable) return { text: error.message };
      this.#parts.host.log.error({ err: error }, 'A command or button of Discord failed.');
      return { text: 'Sorry, that did not work just now. Please try again in a moment.' };
    }
  }

  /** Resolves once Discord has it. @throws Refusal where it came too late: then nothing can be answered any more. */
  async #acknowledge({ id, token }: APIInteraction, body: object, until: number): Promise<void> {
    const callback = `/interactions/${id}/${token}/callback` as const;
    try {
      await this.#patiently(() => this.#parts.api.post(callback, { auth: false, body }), until);
    } catch (error) {
      // It has: an earlier try was carried out, and what Discord said of it was lost.
      if (refusalCode(error) !== alreadyAcknowledged) throw error;
    }
  }

  async #followUp({ application_id, token }: APIInteraction, content: string, until: number): Promise<void> {
    const body = { content: content.slice(0, maxMessageChars), ...quiet, ...this.#flags(onlyForYou) };
    const route = `/webhooks/${application_id}/${token}` as const;
    await this.#patiently(() => this.#parts.api.post(route, { auth: false, body }), until);
  }

  #flags(bits: number): { flags?: number } {
    const flags = bits | (this.#parts.previews ? 0 : suppressEmbeds);
    return flags === 0 ? {} : { flags };
  }

  /** Tried for as long as Discord takes it, and once where this is about to end. */
  async #patiently(request: () => Promise<unknown>, until: number): Promise<void> {
    const { signal } = this.#ending;
    try {
      await request();
    } catch (error) {
      if (!(error instanceof RetryableError) || signal.aborted) throw error;
      await pause(Math.min(error.retryAfterMs ?? firstPauseMs, until - Date.now()), signal);
      await untilDone(request, { signal, until, firstMs: firstPauseMs, longestMs: 5000 });
    }
  }

  #source(interaction: APIApplicationCommandInteraction | APIMessageComponentInteraction): Source {
    const place = placeOfInteraction(interaction.channel, interaction.guild_id);
    return sourceOf({ connector: this.#parts.connector, place }, interaction.id);
  }
}

function originalOf({ application_id, token }: APIInteraction) {
  return `/webhooks/${application_id}/${token}/messages/@original` as const;
}

const quiet = { allowed_mentions: { parse: [] } };

function isCommand(interaction: APIInteraction): interaction is APIApplicationCommandInteraction {
  return interaction.type === kinds.command;
}

function isButton(interaction: APIInteraction): interaction is APIMessageComponentInteraction {
  return interaction.type === kinds.component;
}

function authorOfInteraction({
  member,
  user,
}: {
  member?: { user: APIUser; nick?: string | null };
  user?: APIUser;
}): Author {
  return authorOf((member?.user ?? user)!, member?.nick);
}

function argumentsOf({ data }: APIApplicationCommandInteraction): string {
  const options = 'options' in data ? (data.options ?? []) : [];
  return options
    .map((option) => ('value' in option ? String(option.value) : ''))
    .join(' ')
    .trim();
}
