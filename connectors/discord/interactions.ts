import type {
  APIApplicationCommandInteraction,
  APIInteraction,
  APIMessageComponentInteraction,
  APIUser,
} from 'discord.js';
import { type Author, CarrierError, type Host, type Source } from '../../src/extension-api.js';
import type { Api } from './api.js';
import { authorOf, sourceOf } from './normalize.js';
import { placeOfInteraction } from './place.js';
import { maxMessageChars } from './render.js';
import { contentsOf } from './reply.js';

export interface InteractionParts {
  host: Host;
  api: Api;
  agentId: string;
  connector: string;
}

// https://discord.com/developers/docs/interactions/receiving-and-responding
const kinds = { command: 2, component: 3 };
const answers = { thinking: 5, silently: 6 };
const onlyForYou = 64;

/**
 * Slash commands and buttons. Discord waits 3 seconds for a sign of life, so that is given first; the answer, for the
 * eyes of the caller alone, may take 15 minutes.
 */
export class Interactions {
  readonly #parts: InteractionParts;
  readonly #running = new Set<Promise<void>>();

  constructor(parts: InteractionParts) {
    this.#parts = parts;
  }

  take(interaction: APIInteraction): void {
    const { log } = this.#parts.host;
    const job = this.#answer(interaction).catch((error) => {
      log.warn({ err: error }, 'A command or button of Discord could not be answered.');
    });
    this.#running.add(job);
    void job.finally(() => this.#running.delete(job));
  }

  /** Waits for those that have begun. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #answer(interaction: APIInteraction): Promise<void> {
    if (isCommand(interaction)) await this.#command(interaction);
    else if (isButton(interaction)) await this.#press(interaction);
  }

  async #command(interaction: APIApplicationCommandInteraction): Promise<void> {
    await this.#acknowledge(interaction, { type: answers.thinking, data: { flags: onlyForYou } });
    const text = await this.#said(async () => {
      const answer = await this.#parts.host.command({
        agentId: this.#parts.agentId,
        source: this.#source(interaction),
        direct: interaction.guild_id === undefined,
        author: authorOfInteraction(interaction),
        roles: interaction.member?.roles ?? [],
        name: interaction.data.name,
        args: argumentsOf(interaction),
      });
      return answer?.text ?? null;
    });
    const { api } = this.#parts;
    const original =
      `/webhooks/${interaction.application_id}/${interaction.token}/messages/@original` as const;
    // Whom the gate drops gets no answer, and no "thinking" that never ends.
    if (text === null) return api.delete(original, { auth: false });
    const [first, ...rest] = await contentsOf(text);
    await api.patch(original, { auth: false, body: { content: first ?? '✓', ...quiet } });
    for (const content of rest) await this.#followUp(interaction, content);
  }

  async #press(interaction: APIMessageComponentInteraction): Promise<void> {
    await this.#acknowledge(interaction, { type: answers.silently });
    const { host, agentId } = this.#parts;
    let taken = true;
    const text = await this.#said(
      () =>
        host.press({
          agentId,
          source: this.#source(interaction),
          author: authorOfInteraction(interaction),
          payload: interaction.data.custom_id,
        }),
      () => (taken = false),
    );
    if (taken) await this.#withoutButtons(interaction);
    for (const content of await contentsOf(text ?? '')) await this.#followUp(interaction, content);
  }

  /** A choice is made once; what is left to press would be refused. */
  async #withoutButtons({ application_id, token }: APIMessageComponentInteraction): Promise<void> {
    const route = `/webhooks/${application_id}/${token}/messages/@original` as const;
    await this.#parts.api.patch(route, { auth: false, body: { components: [] } });
  }

  /** What the hub says, or why it does not: a refusal is an answer, too. */
  async #said(ask: () => Promise<string | null>, onRefusal = () => {}): Promise<string | null> {
    try {
      return await ask();
    } catch (error) {
      onRefusal();
      if (error instanceof CarrierError && !error.retryable) return error.message;
      this.#parts.host.log.error({ err: error }, 'A command or button of Discord failed.');
      return 'Sorry, that did not work just now. Please try again in a moment.';
    }
  }

  async #acknowledge({ id, token }: APIInteraction, body: object): Promise<void> {
    await this.#parts.api.post(`/interactions/${id}/${token}/callback`, { auth: false, body });
  }

  async #followUp({ application_id, token }: APIInteraction, content: string): Promise<void> {
    await this.#parts.api.post(`/webhooks/${application_id}/${token}`, {
      auth: false,
      body: { content: content.slice(0, maxMessageChars), flags: onlyForYou, ...quiet },
    });
  }

  #source(interaction: APIApplicationCommandInteraction | APIMessageComponentInteraction): Source {
    const place = placeOfInteraction(interaction.channel, interaction.guild_id);
    return sourceOf({ connector: this.#parts.connector, place }, interaction.id);
  }
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
