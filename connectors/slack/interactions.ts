/** Slash commands and pressed buttons: answered to the one person who gave them. */
import { atMost, CarrierError, type Host, type Source } from '../../src/extension-api.js';
import type { Directory } from './directory.js';
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

/** With the acknowledgement, or later to where Slack said. */
export interface Answering {
  ack(response?: { response_type: 'ephemeral'; text: string }): Promise<void>;
}

/** Slack gives up after three seconds; from here on the answer goes its own way. */
const ackMs = 2000;

const commands = ['help', 'new', 'status', 'forget', 'model', 'stop', 'approve'];

export class Interactions {
  readonly #parts: InteractionParts;

  constructor(parts: InteractionParts) {
    this.#parts = parts;
  }

  async command(payload: unknown, workspace: Workspace, { ack }: Answering): Promise<void> {
    const { agentId, host, threads, replyIn } = this.#parts;
    const given = SlashCommand.parse(payload);
    const { channel_id: channel, user_id: user } = given;
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
    const work = told(async () => {
      const given = { agentId, source, direct, author, roles: [], name, args, home };
      return (await host.command(given))?.text ?? null;
    });
    const text = await atMost(ackMs, work);
    if (text !== undefined) {
      await ack(text === null ? undefined : { response_type: 'ephemeral', text: escaped(text) });
      return;
    }
    await ack();
    await this.#respond(given.response_url, await work);
  }

  async press(payload: unknown, workspace: Workspace, { ack }: Answering): Promise<void> {
    const { agentId, host } = this.#parts;
    const { user, container, message, actions, response_url: url } = ButtonPress.parse(payload);
    const { channel_id: channel, message_ts: ts, thread_ts: thread } = container;
    const [{ value = '', text } = {}] = actions;
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
      return answer;
    });
    await atMost(ackMs, work);
    await ack();
    await this.#respond(url, await work);
    if (!taken) return;
    const names = await this.#parts.directory.names(workspace.teamId, workspace.client, [user.id]);
    const by = names(user.id) ?? author.name ?? user.id;
    await this.#settle(workspace, channel, ts, message, `${text?.text ?? ''} (${by})`);
  }

  /** A button is good once: in the place of the buttons stands what was chosen, and by whom. */
  async #settle(
    { client }: Workspace,
    channel: string,
    ts: string,
    { text, blocks }: ButtonPress['message'],
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

  /** To the person alone. The address comes from Slack, but is used only where it leads to Slack. */
  async #respond(url: string, text: string | null): Promise<void> {
    if (text === null) return;
    const { apiUrl, host } = this.#parts;
    const target = URL.canParse(url) ? new URL(url) : null;
    const known = target?.protocol === 'https:' && target.hostname === 'hooks.slack.com';
    if (!target || (!known && target.origin !== new URL(apiUrl).origin)) return;
    const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, text: escaped(text) });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(10_000);
    await fetch(target, { method: 'POST', headers, body, redirect: 'error', signal }).catch((error: Error) =>
      host.log.warn({ connector: 'slack' }, `an answer could not be shown: ${error.message}`),
    );
  }
}

/** The app has one command of any name, and the word after it says what to do; `/new` and its like work, too. */
function readCommand({ command, text }: { command: string; text: string }): { name: string; args: string } {
  const own = command.replace(/^\//, '').toLowerCase();
  if (commands.includes(own)) return { name: own, args: text.trim() };
  const [, name = '', args = ''] = /^\s*\/?(\S*)\s*(.*)$/s.exec(text) ?? [];
  return { name: name.toLowerCase() || 'help', args: args.trim() };
}

/** Failures are words, too: for a person who waits for an answer, and may try again. */
async function told(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CarrierError && !error.retryable) return error.message;
    return 'Sorry, that did not work just now. Please try again in a moment.';
  }
}
