import type { Agent } from '../core/character.js';
import type { Author, Memory } from '../core/memory.js';
import type { Requester } from '../core/requester.js';
import type { TurnCheckpoint } from '../core/turn.js';
import type { KnownFacts } from '../memory/facts/facts-on.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import type { Knowledge } from '../memory/knowledge/knowledge.js';
import { memoryAccess } from '../memory/memory-access.js';
import { scopesOf } from '../memory/scopes.js';
import type { TurnContext } from '../plugin/plugin.js';
import { scheduleAccess } from '../schedules/schedule-access.js';
import type { Schedules } from '../schedules/schedules.js';
import type { History } from '../store/history.js';
import type { Search } from '../store/search.js';

/** What a context is made with. */
export interface ContextParts {
  memories: History & Search;
  facts: KnownFacts;
  forgetting: Pick<Forgetting, 'forget'>;
  schedules: Schedules;
  knowledge: Pick<Knowledge, 'access'>;
  /** What whoever wrote this holds. */
  requester(message: Memory, agent: Agent): Promise<Requester>;
}

/** One attempt at a turn. */
interface Attempt {
  agent: Agent;
  checkpoint: TurnCheckpoint;
  messages: Memory[];
  /** The first covered one's author; a checkpoint of an older hub may cover several people's. */
  user: Author;
  signal: AbortSignal;
}

/** What all that takes part in a turn is given. */
export function turnContext(
  parts: ContextParts,
  { agent, checkpoint, messages, user, signal }: Attempt,
): TurnContext {
  const { turnId, trigger } = checkpoint;
  checkpoint.taint ??= [];
  const first = { ...messages[0]!, author: user };
  let asked: Promise<Requester> | undefined;
  const requester = () => {
    asked ??= parts.requester(first, agent);
    return asked;
  };
  const scopes = () => scopesOf(agent, [first], requester);
  return {
    ...{ agent, roomId: first.roomId, turnId, user, messages },
    memory: memoryAccess({ ...parts, scopes }, first, turnId, checkpoint.taint),
    schedules: scheduleAccess(parts.schedules, first, checkpoint.taint),
    documents: parts.knowledge.access(messages, requester),
    ...{ requester, taint: checkpoint.taint, signal },
    ...(trigger && { trigger }),
  };
}
