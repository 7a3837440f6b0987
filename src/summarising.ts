/** Summaries of conversations, put together: who writes summaries, who pays for them, who is told. */
import type { Switches } from './access/switches.js';
import type { Purses } from './budgets/purses.js';
import type { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import { isDirect } from './core/memory.js';
import type { Rooms } from './core/room.js';
import type { Engines } from './engines.js';
import { RetryableError } from './errors.js';
import { FileReader } from './files/reader.js';
import type { Front } from './host.js';
import type { LanguageModel } from './llm/llm.js';
import type { Logger } from './logger.js';
import { Conversations } from './memory/conversation/conversations.js';
import type { Writer } from './memory/conversation/folding.js';
import { conversationRecord } from './memory/conversation/state.js';
import type { Cooling } from './runtime/cooling.js';
import { generate } from './runtime/generate.js';
import { PromptFitter } from './runtime/prompt-fitter.js';
import { originsOf } from './runtime/taint.js';
import type { Forgotten } from './store/forgotten.js';

export interface SummarisingParts {
  config: Config;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined };
  models: { chain(agent: Agent): Promise<LanguageModel[]> };
  rooms: Rooms;
  checks: Checks;
  switches: Switches;
  forgotten: Forgotten;
  cooling: Cooling;
  front(): Pick<Front, 'access' | 'notices'>;
  purses(): Pick<Purses, 'of'>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export function conversationsOn(parts: SummarisingParts): Conversations {
  const { config, engines, characters, rooms, checks, forgotten, front, now, log } = parts;
  const { memories, turns, notes, records } = engines.store;
  const conversations = new Conversations({
    ...{ memories, turns, rooms, notes, now, log },
    records: conversationRecord.in(records, log),
    agent: (id) => characters.get(id),
    writer: writers(parts),
    async origins(agent, conversation, earlier) {
      const isSomebody = (...of: Parameters<Front['access']['requesters']['isSomebody']>) =>
        front().access.requesters.isSomebody(...of);
      const remembered = earlier ? [earlier] : [];
      const read = { agent, conversation, remembered, steps: [], asked: new Set<string>(), isSomebody };
      return (await originsOf(read)).origins;
    },
    clean: (agent, text) => checks.on(agent).withoutSecrets(text),
    hubDays: config.retentionDays,
    retryBaseMs: config.turns.retryBaseMs,
    async tell(to, text, once, replaces) {
      const { agentId, source, author, scope } = to;
      const addressee = { agentId, source, author, direct: isDirect(scope) ?? false };
      const { notices } = front();
      const before = replaces ? await notices.sent(addressee, replaces) : null;
      await notices.tell(addressee, { text }, once, before ? { replaces: before } : {});
    },
  });
  forgotten.onNote(async (gone) => {
    const rooms = new Set(gone.map(({ roomId }) => roomId));
    for (const roomId of rooms) {
      const ids = gone.filter((one) => one.roomId === roomId).map(({ id }) => id);
      await conversations.invalidate(roomId, ids);
    }
  });
  return conversations;
}

/** Those of an agent's models that put things in words of their own, paid for as its turns are. */
function writers({ config, engines, models, switches, cooling, purses, log }: SummarisingParts) {
  const fitter = new PromptFitter(new FileReader(engines.store.files), config.prompt);
  return async (agent: Agent): Promise<Writer | null> => {
    const chain = (await models.chain(agent)).filter(({ abilities }) => abilities.understands !== false);
    if (chain.length === 0) return null;
    return {
      contextTokens: Math.min(
        ...chain.map(({ abilities }) => abilities.contextTokens ?? config.prompt.contextTokens),
      ),
      async ask(request, { source, author }, signal) {
        const pause = await switches.check({ agentId: agent.id, source, userIds: [] });
        if (pause) throw new RetryableError('paused', 'The agent is paused.');
        const asked = { ...request, asked: new Set(request.messages), earlier: new Set<never>() };
        const { text, calls, model } = await generate(chain, asked, {
          ...{ limits: config.turns.model, fitter, cooling, signal, log },
          purse: purses().of({ agent, source, userId: author.id }),
          onText: () => {},
          onVoid: () => {},
        });
        return { text, calls: calls.length, model };
      },
    };
  };
}
