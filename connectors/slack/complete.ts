/** What of a message must be asked for, once the hub has let it in: names, what was said before in its thread, files. */
import { type Host, type InboundMessage, roomIdOf } from '../../src/extension-api.js';
import type { Directory } from './directory.js';
import { type FileRules, fetchFiles } from './files-in.js';
import { normalizeMessage, type Reading } from './normalize.js';
import type { MessageEvent } from './payload.js';
import { idsIn, readMessage } from './reader.js';
import { type Earlier, earlierIn } from './thread-history.js';
import type { Threads } from './threads.js';
import type { Workspace } from './workspaces.js';

export interface CompleteParts {
  host: Host;
  directory: Directory;
  threads: Threads;
  files: FileRules;
}

/** Messages of the room that are looked through for what the thread's history would tell twice. */
const roomPage = 200;

/** @throws what the hub's store throws. */
export async function completed(
  event: MessageEvent,
  workspace: Workspace,
  reading: Omit<Reading, 'names'>,
  { host, directory, threads, files: rules }: CompleteParts,
): Promise<InboundMessage> {
  const namesOf = (ids: string[]) => directory.names(workspace.teamId, workspace.client, ids);
  const envelope = normalizeMessage(event, { ...reading, names: directory.known(workspace.teamId) });
  const [names, known] = await Promise.all([
    namesOf([...(event.user ? [event.user] : []), ...idsIn(event)]),
    knownIn(event, workspace, envelope, { host, threads }),
  ]);
  const message = normalizeMessage(event, { ...reading, names });
  const earlier: Earlier = known
    ? await earlierIn(event, workspace, { known, names: namesOf })
    : { parts: [], files: [] };
  const files = [...readMessage(event, names).files, ...earlier.files];
  const { attachments, notes } = await fetchFiles(files, workspace, host, message, rules);
  return { ...message, parts: [...(message.parts ?? []), ...notes, ...earlier.parts], attachments };
}

/** At the first mention in a thread of others, which of its messages the hub knows; null: no other is to be read. */
async function knownIn(
  { channel, ts, thread_ts: thread }: MessageEvent,
  { teamId }: Workspace,
  { addressed, agentId, source }: InboundMessage,
  { host, threads }: Pick<CompleteParts, 'host' | 'threads'>,
): Promise<Set<string> | null> {
  if (!addressed || !thread || thread === ts || (await threads.isRead(teamId, channel, thread))) return null;
  const page = { limit: roomPage, order: 'newest' } as const;
  const { items } = await host.history(roomIdOf(agentId, source), page);
  return new Set(items.map(({ source }) => source.messageId));
}
