import type { Checks } from '../checks/checks.js';
import type { Agent } from '../core/character.js';
import { limited } from '../core/deadline.js';
import type { Memory } from '../core/memory.js';
import { addOrigins } from '../core/origin.js';
import type { RoomState } from '../core/room.js';
import type { TurnStep } from '../core/turn.js';
import type { Lessons } from '../evaluation/lessons.js';
import { topicOf, versionOf } from '../evaluation/subject.js';
import type { ModelMessage } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { Conversations } from '../memory/conversation/conversations.js';
import type { ConversationView } from '../memory/conversation/state.js';
import { isDenied } from '../memory/facts/known.js';
import type { ToldFacts } from '../memory/facts/told-facts.js';
import type { Knowledge } from '../memory/knowledge/knowledge.js';
import type { MemoryManager } from '../memory/memory-manager.js';
import { questionsOf } from '../memory/questions.js';
import type { RecallHit } from '../memory/recall.js';
import { scopesOf } from '../memory/scopes.js';
import { discreet } from '../memory/secrets.js';
import type { ContextProvider, TurnContext } from '../plugin/plugin.js';
import type { History } from '../store/history.js';
import type { Search } from '../store/search.js';
import type { Takeovers } from '../takeover/takeovers.js';
import { handoverText, noteText, shownNotes } from '../takeover/words.js';
import type { Abilities } from './abilities.js';
import { systemParts } from './prompt.js';
import { originsOf, type Read } from './taint.js';
import { type Composed, fitting, toModelMessage } from './transcript.js';

/** A context provider that takes longer is left out of this turn. */
const providerMs = 2000;

export interface StateManagerParts {
  memories: History & Search;
  manager: MemoryManager;
  conversations: Pick<Conversations, 'view' | 'seen'>;
  facts: Pick<ToldFacts, 'of'>;
  knowledge: Pick<Knowledge, 'scopesFor' | 'handedOver' | 'sent'>;
  isSomebody: Read['isSomebody'];
  lessons: Pick<Lessons, 'approved'>;
  checks: Pick<Checks, 'mark' | 'isUntrusted'>;
  takeovers: Pick<Takeovers, 'notes'>;
  log: Logger;
}

/** Composes what a model can be told: character, recent history, recalled memories, facts and plugins' context. */
export class StateManager {
  readonly #parts: StateManagerParts;

  constructor(parts: StateManagerParts) {
    this.#parts = parts;
  }

  async compose(
    agent: Agent,
    abilities: Abilities,
    context: TurnContext,
    room: RoomState,
    steps: readonly TurnStep[],
  ): Promise<Composed> {
    const { character } = agent;
    const { messages } = context;
    const scopes = await scopesOf(agent, messages, () => context.requester());
    const { knowledge } = this.#parts;
    const [{ window, unshown, summary, recalled: found, record }, facts, provided, noted, lessons] =
      await Promise.all([
        this.#remember(agent, context, scopes.recalled, room),
        this.#parts.facts.of(agent, scopes, messages),
        this.#provide(abilities.contextProviders, context),
        this.#parts.takeovers.notes(context.roomId),
        this.#parts.lessons.approved(agent.id),
        knowledge.sent(agent, messages),
      ]);
    const { passages, chunks, rest: recalled } = await knowledge.handedOver(found);
    const known = new Set(facts.map(({ id }) => id));
    const quoted = recalled.filter((memory) => !known.has(memory.id) && !isDenied(memory)).map(discreet);
    const ids = new Set(messages.map(({ id }) => id));
    const all: ModelMessage[] = [];
    const [asked, earlier] = [new Set<ModelMessage>(), new Set<ModelMessage>()];
    const line = lineOf(window.map(discreet), context);
    for (const memory of line) {
      const message = toModelMessage(memory);
      all.push(message);
      (ids.has(memory.id) ? asked : earlier).add(message);
    }
    const read = {
      agent,
      conversation: line,
      remembered: [...facts, ...quoted, ...chunks, ...(summary ? [summary] : [])],
      steps,
      asked: ids,
    };
    const { origins, vouched } = await originsOf({ ...read, isSomebody: this.#parts.isSomebody });
    addOrigins(context.taint, origins);
    for (const { key } of abilities.actions.values())
      if (this.#parts.checks.isUntrusted(agent, key))
        addOrigins(context.taint, [{ kind: 'tool', what: key }]);
    const notes = shownNotes(noted);
    const mark = this.#parts.checks.mark(agent);
    return {
      system: systemParts({
        ...{ character, lessons, mark, facts, documents: passages, recalled: quoted },
        context: [handoverText(room.takenOver), noteText(notes), ...provided].filter((text) => text !== null),
        summary: summary && { text: summary.content.text, until: untilOf(summary) },
        roomId: context.roomId,
      }),
      ...{ passages, vouched, recall: record },
      ...(notes.length > 0 && { internal: notes.map(({ text }) => text) }),
      messages: all,
      ...{ asked, earlier, unshown },
      subject: {
        version: versionOf(character, lessons),
        topic: topicOf(character, messages.map(({ content }) => content.text).join('\n')),
      },
      tools: abilities.tools,
      maxTokens: character.maxTokens,
      temperature: character.temperature,
    };
  }

  async #remember(
    agent: Agent,
    { messages, requester }: TurnContext,
    said: string[],
    { since = '' }: RoomState,
  ) {
    const { id: agentId, character } = agent;
    const { roomId } = messages[0]!;
    const { memories, conversations, knowledge } = this.#parts;
    const documents = await knowledge.scopesFor(agentId, messages, async () => (await requester()).role);
    const scopes = [...said, ...documents];
    const [recent, stored, view] = await Promise.all([
      memories.recent(roomId, character.memory.recentMessages),
      memories.count(agentId, scopes),
      conversations.view(agent, roomId, since),
    ]);
    const { recentMessages, recentTokens, recall } = roomier(character.memory, view);
    const found = view.isBehind ? await memories.recent(roomId, recentMessages) : recent;
    // What was said before a conversation began anew can be recalled, but does not stand in it.
    const conversation = found.filter(({ id }) => id >= since && id > view.after);
    await conversations.seen(agent, messages, conversation, view);
    const window = fitting(conversation, recentTokens);
    const unshown = conversation.length - window.length;
    const { summary } = view;
    // Where the window holds everything there is, a search could find nothing new.
    if (recall === 0 || stored <= window.length + messages.length)
      return { window, unshown, summary, recalled: [] };
    const exclude = new Set<string>(summary ? [summary.id] : []);
    for (const { id } of window) exclude.add(id);
    for (const { id } of messages) exclude.add(id);
    const questions = questionsOf(messages, window);
    const { hits, record } = await this.#parts.manager.recall({
      ...{ agentId, scopes, questions, exclude, limit: recall },
    });
    return { window, unshown, summary, recalled: hitsFirst(hits), record };
  }

  /** What the providers have to say; those that fail or take too long are left out. */
  async #provide(providers: ContextProvider[], context: TurnContext): Promise<string[]> {
    const asked = providers.map(async (provider) => {
      try {
        return await limited(
          providerMs,
          (limit) => provider.provide(contextWith(context, limit)),
          context.signal,
        );
      } catch (err) {
        context.signal.throwIfAborted();
        this.#parts.log.warn(
          { err, provider: provider.name, turnId: context.turnId },
          'context provider left out',
        );
        return null;
      }
    });
    return (await Promise.all(asked)).filter((paragraph) => paragraph !== null);
  }
}

/** While no summary can be made, words stay that would leave the window. */
function roomier(memory: Agent['character']['memory'], { isBehind }: ConversationView) {
  const { recentMessages, recentTokens } = memory;
  return isBehind
    ? { ...memory, recentMessages: 2 * recentMessages, recentTokens: 2 * recentTokens }
    : memory;
}

/** When the last that it covers was said, by that one's id. */
function untilOf({ summary, createdAt }: Memory): number {
  const ms = Number.parseInt(summary?.last.replace('-', '').slice(0, 12) ?? '', 16);
  return Number.isNaN(ms) ? createdAt : ms;
}

/** What was hit, best first, and then what stands beside: where there is no room for all, that goes first. */
function hitsFirst(hits: readonly RecallHit[]): Memory[] {
  const beside = hits.flatMap(({ before, after }) => [...before, ...after]);
  const all = [...hits.map(({ memory }) => memory), ...beside];
  return [...new Map(all.map((memory) => [memory.id, memory])).values()];
}

/** Few providers ask for their signal. */
function contextWith(context: TurnContext, limit: { readonly signal: AbortSignal }): TurnContext {
  return {
    ...context,
    get signal() {
      return limit.signal;
    },
  };
}

/** What a turn answers is at the end; what one answers that has waited is where it was said, before all that followed. */
function lineOf(window: Memory[], { messages, trigger }: TurnContext): Memory[] {
  if (trigger?.kind !== 'decision') return [...window, ...messages];
  const there = new Set(window.map(({ id }) => id));
  // A decision has no words: the steps that follow tell it.
  return [...messages.filter(({ id, kind }) => kind !== 'trigger' && !there.has(id)), ...window];
}
