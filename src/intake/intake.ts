import { newId } from '../core/ids.js';
import { InboundMessage, type Memory, roomIdOf, scopeOf } from '../core/memory.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Appended, MemoryStore } from '../store/memory-store.js';
import { type Checked, passes, type Rule } from './gate.js';

export interface IntakeParts {
  memories: MemoryStore;
  turns: RoomQueue;
  rules: Rule[];
  requireAgent(agentId: string): void;
  log: Logger;
}

/** The way in: check, gate, persist, wake. What it returns is durable, so the platform may be told so. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Null means the gate dropped the message, which the sender is not told. */
  async receive(inbound: InboundMessage): Promise<Appended | null> {
    const { memories, turns, rules, requireAgent, log } = this.#parts;
    const message = check(inbound);
    requireAgent(message.agentId);
    if (!passes(rules, message)) return null;
    const appended = await memories.append(toMemory(message));
    if (appended.memory.status === 'pending') {
      // The message is safe already: if it cannot be scheduled now, the sweeper will find it.
      await turns
        .schedule(appended.memory.roomId)
        .catch((err) => log.warn({ err, roomId: appended.memory.roomId }, 'stored, but not scheduled yet'));
    }
    return appended;
  }
}

function check(inbound: InboundMessage): Checked {
  const parsed = InboundMessage.safeParse(inbound);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.');
  throw new FatalError('invalid_field', `${field}: ${issue.message}`, { field });
}

function toMemory(message: Checked): Memory {
  return {
    id: newId(),
    agentId: message.agentId,
    roomId: roomIdOf(message.agentId, message.source),
    scope: scopeOf(message),
    kind: 'message',
    role: 'user',
    author: message.author,
    content: { text: message.text, attachments: message.attachments, replyTo: null },
    source: message.source,
    status: 'pending',
    turnId: null,
    createdAt: Date.now(),
  };
}
