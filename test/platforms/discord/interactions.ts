/** Slash commands and buttons: an interaction's token lets the application answer it, within the first 3 seconds. */
import { z } from 'zod';
import { ApiError, invalid, refusals } from './errors.js';
import { channelPayload, memberPayload, messagePayload, userPayload } from './payloads.js';
import { snowflake } from './snowflake.js';
import type { Dispatch, Message, User, World } from './world.js';

const Option = z.strictObject({
  type: z.literal(3),
  name: z.string().regex(/^[-_\p{L}\p{N}]{1,32}$/u),
  description: z.string().min(1).max(100),
  required: z.boolean().optional(),
});

const Translations = z.record(z.string(), z.string()).nullish();

const Command = z.strictObject({
  id: z.string().optional(),
  /** In chats; in the menus of people and of messages; the one that opens an application's activity. */
  type: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).default(1),
  name: z.string().regex(/^[-_\p{L}\p{N} ]{1,32}$/u),
  name_localizations: Translations,
  description: z.string().max(100).default(''),
  description_localizations: Translations,
  options: z.array(Option).max(25).default([]),
  default_member_permissions: z.string().nullish(),
  contexts: z.array(z.int().min(0).max(2)).nullish(),
  integration_types: z.array(z.int().min(0).max(1)).optional(),
  nsfw: z.boolean().optional(),
  handler: z.int().optional(),
});

const entryPoint = 4;

export type CommandForm = z.infer<typeof Command> & { id: string; application_id: string };

/** What the person sees of their interaction, and until when it may be answered. */
export interface Interaction {
  id: string;
  token: string;
  user: User;
  createdAt: number;
  /** Null: nothing yet; the client says "The application did not respond" after 3 seconds. */
  acknowledged: { type: number; ephemeral: boolean; afterMs: number } | null;
  /** What is shown in answer to a command; null: "thinking", or taken away. */
  original: { content: string; ephemeral: boolean; components?: Message['components'] } | null;
  /** "Thinking" was taken away again. */
  withdrawn: boolean;
  /** Further answers. */
  followUps: { content: string; ephemeral: boolean }[];
  /** The message whose button was pressed. */
  message: Message | null;
  /** The command whose answer had the button. */
  answer: Interaction | null;
  channelId: string;
}

const Callback = z.strictObject({
  type: z.union([z.literal(4), z.literal(5), z.literal(6), z.literal(7)]),
  data: z
    .strictObject({
      content: z.string().max(2000).optional(),
      flags: z.int().optional(),
      allowed_mentions: z.unknown().optional(),
      components: z.array(z.unknown()).optional(),
    })
    .optional(),
});

const ephemeralFlag = 64;

export class Interactions {
  commands: CommandForm[] = [];
  /** How many times the list was written. */
  registrations = 0;
  /** A person's patience is the platform's: 3 seconds. */
  deadlineMs = 3000;
  readonly #world: World;
  readonly #open = new Map<string, Interaction>();
  readonly #events = new Map<string, Dispatch>();

  constructor(world: World) {
    this.#world = world;
  }

  register(forms: unknown): CommandForm[] {
    const parsed = z.array(Command).max(100).safeParse(forms);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw invalid(issue!.path.join('.') || '_', 'BASE_TYPE_BAD', issue!.message);
    }
    const lost = this.commands.some(({ type }) => type === entryPoint);
    if (lost && !parsed.data.some(({ type }) => type === entryPoint)) throw refusals.entryPoint();
    this.registrations += 1;
    this.commands = parsed.data.map((form) => ({
      ...form,
      id: form.id ?? snowflake(),
      application_id: this.#world.applicationId,
    }));
    return this.commands;
  }

  command(user: User, channelId: string, name: string, options: Record<string, string>): Interaction {
    const command = this.commands.find((form) => form.name === name && form.type === 1);
    if (!command) throw new Error(`The person sees no /${name}: it is not registered.`);
    const data = {
      id: command.id,
      name,
      type: 1,
      options: Object.entries(options).map(([key, value]) => {
        if (!command.options.some((option) => option.name === key)) throw new Error(`/${name} has no ${key}`);
        return { name: key, type: 3, value };
      }),
    };
    return this.#begin(2, user, channelId, data, null);
  }

  press(user: User, message: Message, label: string): Interaction {
    return this.#press(user, message.channelId, message.components, label, message);
  }

  /** A button under the answer to a command, which the caller alone sees. */
  pressAnswer(asked: Interaction, label: string): Interaction {
    const { user, channelId, original } = asked;
    return this.#press(user, channelId, original?.components ?? [], label, null, asked);
  }

  #press(
    user: User,
    channelId: string,
    components: Message['components'],
    label: string,
    message: Message | null,
    answer: Interaction | null = null,
  ): Interaction {
    const buttons = components.flatMap(({ components = [] }) => components);
    const button = buttons.find((candidate) => candidate.label === label);
    if (!button || button.disabled) throw new Error(`The person sees no button "${label}" to press.`);
    const data = { custom_id: button.custom_id, component_type: 2 };
    return this.#begin(3, user, channelId, data, message, answer);
  }

  acknowledge(id: string, token: string, body: unknown): void {
    const interaction = this.#find(token);
    if (interaction.id !== id) throw refusals.unknownInteraction();
    if (interaction.acknowledged) throw refusals.acknowledged();
    const afterMs = Date.now() - interaction.createdAt;
    if (afterMs > this.deadlineMs) throw refusals.unknownInteraction();
    const parsed = Callback.safeParse(body);
    if (!parsed.success) throw invalid('type', 'BASE_TYPE_CHOICES', 'Not a callback this server knows.');
    const { type, data } = parsed.data;
    if (type >= 6 && !interaction.message && !interaction.answer)
      throw invalid('type', 'BASE_TYPE_CHOICES', 'Only for components.');
    const ephemeral = ((data?.flags ?? 0) & ephemeralFlag) !== 0;
    if (type === 4 && !data?.content) throw refusals.empty();
    interaction.acknowledged = { type, ephemeral, afterMs };
    if (type === 4) interaction.original = { content: data!.content!, ephemeral };
  }

  /** The answered interaction under this application's webhook. */
  answered(token: string): Interaction {
    const interaction = this.#open.get(token);
    if (!interaction?.acknowledged) throw refusals.unknownWebhook();
    // "Interaction tokens are valid for 15 minutes".
    if (Date.now() - interaction.createdAt > 15 * 60_000)
      throw new ApiError(401, 50027, 'Invalid Webhook Token');
    return interaction;
  }

  /** What the caller alone sees, as a message. */
  #answerPayload({ id, channelId, createdAt, original }: Interaction): object {
    const { content = '', components = [] } = original ?? {};
    return {
      ...{ id, channel_id: channelId, type: 20, flags: ephemeralFlag, content, components },
      ...{ author: userPayload(this.#world.bot), timestamp: new Date(createdAt).toISOString() },
      ...{ edited_timestamp: null, tts: false, mention_everyone: false, pinned: false },
      ...{ mentions: [], mention_roles: [], attachments: [], embeds: [] },
    };
  }

  #find(token: string): Interaction {
    const interaction = this.#open.get(token);
    if (!interaction) throw refusals.unknownInteraction();
    return interaction;
  }

  #begin(
    type: number,
    user: User,
    channelId: string,
    data: object,
    message: Message | null,
    answer: Interaction | null = null,
  ): Interaction {
    const world = this.#world;
    const channel = world.channel(channelId);
    const guild = world.guilds.get(channel.guildId ?? '');
    const interaction: Interaction = {
      id: snowflake(),
      token: `interaction-${snowflake()}`,
      user,
      createdAt: Date.now(),
      acknowledged: null,
      original: null,
      withdrawn: false,
      followUps: [],
      message,
      answer,
      channelId,
    };
    this.#open.set(interaction.token, interaction);
    this.#events.set(interaction.id, {
      t: 'INTERACTION_CREATE',
      guildId: channel.guildId,
      intent: 0,
      data: (granted) => ({
        id: interaction.id,
        application_id: world.applicationId,
        type,
        token: interaction.token,
        version: 1,
        data,
        channel: channelPayload(world, channel),
        channel_id: channelId,
        locale: 'en-US',
        entitlements: [],
        authorizing_integration_owners: {},
        app_permissions: '0',
        attachment_size_limit: 10_485_760,
        ...(guild
          ? {
              guild_id: guild.id,
              member: { ...memberPayload(world, guild, user.id, true), permissions: '0' },
            }
          : { user: userPayload(user) }),
        ...(message && { message: messagePayload(world, message, { intents: granted, cdn: '' }) }),
        ...(answer && { message: this.#answerPayload(answer) }),
      }),
    });
    this.redeliver(interaction);
    return interaction;
  }

  /** The gateway sends its event (once more). */
  redeliver({ id }: Interaction): void {
    this.#world.tell(this.#events.get(id)!);
  }
}
