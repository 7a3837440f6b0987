/** What visitors post, the standard message it becomes, and what they are shown of their room. */
import { z } from 'zod';
import {
  directPrefix,
  FatalError,
  type InboundMessage,
  type Memory,
  problemsOf,
  problemText,
  type Source,
  sentence,
} from '../../src/extension-api.js';
import { CallerId, toInbound as toHttp } from '../http/normalize.js';
import { renderMessage } from '../http/render.js';
import type { Told } from './notices.js';
import { isAnonymous, type Visitor } from './visitors.js';

export const connectorName = 'webchat';

const Post = z.strictObject({
  text: z.string(),
  /** Made by the page: what is sent again under it, is one message. */
  messageId: CallerId,
});
type Post = z.infer<typeof Post>;

/** @throws FatalError `invalid_field` */
export function readPost(body: unknown): Post {
  const parsed = Post.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, Post);
  throw new FatalError('invalid_field', sentence(problemText(problems)), { field: problems[0]?.field });
}

/** Each visitor has one room with the agent. Sites of different agents may call different people the same. */
export function placeOf(agentId: string, { id }: Pick<Visitor, 'id'>): Omit<Source, 'messageId'> {
  return { connector: connectorName, tenant: agentId, channel: directPrefix + id };
}

export function authorOf({ id, name }: Visitor): { id: string; name: string } {
  return { id, name: name ?? (isAnonymous(id) ? 'Visitor' : id.slice(id.indexOf(':') + 1)) };
}

export function toInbound(agentId: string, visitor: Visitor, { text, messageId }: Post): InboundMessage {
  const { source } = toHttp({
    ...{ agentId, tenant: agentId },
    payload: { text, userId: visitor.id, messageId },
  });
  return {
    agentId,
    source: { ...placeOf(agentId, visitor), messageId: source.messageId },
    direct: true,
    author: authorOf(visitor),
    text,
  };
}

/** A page of what was said, the newest first, and what the hub said in between. */
export function shown(items: readonly Memory[], told: readonly Told[], isWhole: boolean): object[] {
  const oldest = items.at(-1)?.createdAt ?? 0;
  const between = told
    .filter(({ createdAt }) => isWhole || createdAt > oldest)
    .map(({ id, text, createdAt, files }) => ({
      ...{ id, role: 'system', text, author: { id: 'carrier', bot: true }, status: 'kept', turnId: null },
      ...{ replyTo: null, createdAt: new Date(createdAt).toISOString() },
      ...(files && { attachments: files.map(({ name, mediaType, size }) => ({ name, mediaType, size })) }),
    }));
  const said = items.map((memory) => renderMessage(memory) as { createdAt: string });
  return [...said, ...between].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}
