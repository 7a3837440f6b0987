/** Slash commands and pressed buttons: answered to the one person who gave them. */
import type { types } from '@slack/bolt';
import { atMost, CarrierError, type CommandAnswer, type Host, type Source } from '../../src/extension-api.js';
import type { Directory } from './directory.js';
import { actionsOf } from './message.js';
import { connectorName, isDirect, messageIdOf, type ReplyIn } from './normalize.js';
import { ButtonPress, SlashCommand } from './payload.js';
import { escaped } from './render.js';
import type { Threads } from './threads.js';
import type { Workspace } from './workspaces.js';

export interface InteractionParts {
  agentId: string;
  host: Host;
  directory: Directory;
  threads: Threads;
  replyIn: ReplyIn;
  apiUrl: string;
}

/** To one person. */
interface Answer {
  response_type: 'ephemeral';
  text: string;
  blocks?: types.KnownBlock[];
}

/** With the acknowledgement, or later to where Slack said. */
export interface Answering {
  ack(response?: Answer): Promise<void>;
}

/** Slack gives up after three seconds; from here on the answer goes its own way. */
const ackMs = 2000;

/** Of a row of buttons in a command's answer; the thread that the command was meant for follows. */
const rowPrefix = 'carrier:';

const commands = [
  ...['help', 'new', 'status', 'forget', 'model', 'stop', 'approve', 'deny'],
  ...['whoami', 'link', 'unlink', 'role', 'pause', 'resume'],
];

export class Interactions {
  readonly #parts: InteractionParts;

  constructor(parts: InteractionParts) {
    this.#parts = parts;
  }

  async command(payload: unknown, workspace: Workspace, { ack }: Answering): Promise<void> {
    const { agentId, host, threads, replyIn } = this.#parts;
    const { data: given, error } = SlashCommand.safeParse(payload);
    if (!given) return this.#odd(error, ack);
    const { channel_id: channel, user_id: user, trigger_id: id } = given;
    const { name, args } = readCommand(given);
    const direct = isDirect({ channel });
    const { teamId, home } = workspace;
    const thread =
      direct || replyIn === 'channel' ? undefined : await threads.latestOf(teamId, channel, user);
    const source: Source = {
      connector: connectorName,
      tenant: teamId,
      channel,
      ...(thread ? { thread } : {}),
      // A command is no message and has no id of its own.
      messageId: messageIdOf(channel, 'command'),
    };
    const author = this.#author(workspace, user, given.user_name);
    const call = { agentId, source, direct, author, name, args, home, ...(id && { id }) };
    const work = told(() => host.command(call)).then((answer) => answer && answerOf(answer, thread));
    const answer = await atMost(ackMs, work);
    if (answer !== undefined) return ack(answer ?? undefined);
    await ack();
    await this.#respond(given.response_url, await work);
  }

  async press(payload: unknown, workspace: Workspace, { ack }: Answering): Promise<void> {
    const { agentId, host } = this.#parts;
    const { data: pressed, error } = ButtonPress.safeParse(payload);
    if (!pressed) return this.#odd(error, ack);
    const { user, container, message, actions, response_url: url } = pressed;
    const { channel_id: channel, message_ts: ts, is_ephemeral: ephemeral } = container;
    const [{ value = '', text, block_id: row = '' } = {}] = actions;
    const answered = row.startsWith(rowPrefix) ? row.slice(rowPrefix.length) : undefined;
    // A message that people have answered in a thread names itself: it stands in the channel all the same.
    const within = container.thread_ts === ts ? undefined : container.thread_ts;
    const thread = answered ?? within;
    const source: Source = {
      connector: connectorName,
      tenant: workspace.teamId,
      channel,
      ...(thread ? { thread } : {}),
      messageId: messageIdOf(channel, ts),
    };
    const author = this.#author(workspace, user.id, user.username ?? user.name);
    let taken = false;
    const work = told(async () => {
      const answer = await host.press({ agentId, source, author, payload: value, home: workspace.home });
      taken = true;
      return { text: answer };
    });
    await atMost(ackMs, work);
    await ack();
    const answer = await work;
    await this.#respond(url, answer && answerOf(answer), Boolean(ephemeral) && taken);
    if (!taken || ephemeral || !message) return;
    const names = await this.#parts.directory.names(workspace.teamId, workspace.client, [user.id]);
    const by = names(user.id) ?? author.name ?? user.id;
    await this.#settle(workspace, channel, ts, message, `${text?.text ?? ''} (${by})`);
  }

  /** It would be no other, either, when it came again. */
  async #odd(error: Error, ack: Answering['ack']): Promise<void> {
    this.#parts.host.log.warn({ connector: 'slack' }, `an interaction was not understood: ${error.message}`);
    await ack();
  }

  /** A button is good once: in the place of the buttons stands what was chosen, and by whom. */
  async #settle(
    { client }: Workspace,
    channel: string,
    ts: string,
    { text, blocks }: NonNullable<ButtonPress['message']>,
    choice: string,
  ): Promise<void> {
    const element = { type: 'plain_text' as const, text: `✓ ${choice}`.slice(0, 300), emoji: false };
    const kept = blocks.filter(({ type }) => type !== 'actions');
    await client.chat
      .update({
        channel,
        ts,
        text,
        blocks: [...kept, { type: 'context', elements: [element] }] as never,
        parse: 'none',
      })
      .catch((error: Error) =>
        this.#parts.host.log.warn({ connector: 'slack' }, `buttons stay: ${error.message}`),
      );
  }

  /** As they are known here, or as Slack says by the way: nobody is asked before the gate has let them in. */
  #author({ teamId }: Workspace, id: string, fallback: string | undefined) {
    const name = this.#parts.directory.known(teamId)(id) ?? fallback;
    return { id, ...(name ? { name } : {}) };
  }

  /**
   * To the person alone. The address comes from Slack, but is used only where it leads to Slack.
   * @param replace in the place of the message that was answered
   */
  async #respond(url: string, answer: Answer | null, replace = false): Promise<void> {
    if (!answer) return;
    const { apiUrl, host } = this.#parts;
    const target = URL.canParse(url) ? new URL(url) : null;
    const known = target?.protocol === 'https:' && target.hostname === 'hooks.slack.com';
    if (!target || (!known && target.origin !== new URL(apiUrl).origin)) return;
    const body = JSON.stringify({ ...answer, replace_original: replace });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(10_000);
    await fetch(target, { method: 'POST', headers, body, redirect: 'error', signal }).catch((error: Error) =>
      host.log.warn({ connector: 'slack' }, `an answer could not be shown: ${error.message}`),
    );
  }
}

function answerOf({ text, buttons = [] }: CommandAnswer, thread = ''): Answer {
  const shown = escaped(text);
  const answer = { response_type: 'ephemeral' as const, text: shown };
  if (buttons.length === 0) return answer;
  const section = { type: 'section' as const, text: { type: 'mrkdwn' as const, text: shown.slice(0, 3000) } };
  return { ...answer, blocks: [section, { ...actionsOf(buttons), block_id: rowPrefix + thread }] };
}

/** The app has one command of any name, and the word after it says what to do; `/new` and its like work, too. */
function readCommand({ command, text }: { command: string; text: string }): { name: string; args: string } {
  const own = command.replace(/^\//, '').toLowerCase();
  if (commands.includes(own)) return { name: own, args: text.trim() };
  const [, name = '', args = ''] = /^\s*\/?(\S*)\s*(.*)$/s.exec(text) ?? [];
  return { name: name.toLowerCase() || 'help', args: args.trim() };
}

/** Failures are words, too: for a person who waits for an answer, and may try again. */
async function told(work: () => Promise<CommandAnswer | null>): Promise<CommandAnswer | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CarrierError && !error.retryable) return { text: error.message };
    return { text: 'Sorry, that did not work just now. Please try again in a moment.' };
  }
}
