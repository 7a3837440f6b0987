/**
 * Reads facts out of what people wrote, after their turns: by rules at once, by a model in batches, when a room has been
 * quiet for a moment. A record for each room says from which message on it is to be read, so nothing is lost by a restart;
 * what was read twice is kept once.
 */

import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isBudgetSpent } from '../../budgets/purse.js';
import type { Agent } from '../../core/character.js';
import { idAfter } from '../../core/ids.js';
import type { Memory } from '../../core/memory.js';
import type { Turn } from '../../core/turn.js';
import type { ModelRequest, ToolCall } from '../../llm/llm.js';
import type { Logger } from '../../logger.js';
import type { History } from '../../store/history.js';
import { defineRecord, type TypedRecords } from '../../store/record.js';
import type { RecordStore } from '../../store/record-store.js';
import type { FactKeeper } from './keeper.js';
import { factRequest, readAnswer, saysSomething } from './model-reading.js';
import { extractFacts } from './rules/extract.js';
import type { FoundFact } from './rules/fact.js';
import { byPerson, isPersons, mostChars, unreadOf } from './unread.js';

/** A room that a model is to read is left alone so long after its first unread message, in ms. */
const restMs = 5_000;
/** Between two looks while rooms wait, in ms. */
const againMs = 1_000;
/** A process that has died reads no longer, in ms. */
const leaseMs = 120_000;
/** Before a model is asked again that failed, doubled each time, in ms; after so many times the rules read it. */
const retryMs = 30_000;
const mostTries = 4;
const mostRooms = 20;
/** At the start, rooms are looked at in which somebody has spoken so lately, in ms. */
const lookBackMs = 600_000;
const mostTakenUp = 200;
/** Questions of the agent that are remembered until they are answered. */
const mostQuestions = 1_000;
/** Answers to questions are short. */
const longestAnswer = 60;

const Reading = z.looseObject({
  agentId: z.string(),
  /** What is unread begins with this message's id. */
  from: z.string(),
  /** Unix ms; absent: all is read. */
  due: z.number().optional(),
  tries: z.number().default(0),
});
type Reading = z.infer<typeof Reading>;

const readingRecord = defineRecord<Reading>({
  kind: 'fact-reading',
  schema: Reading,
  group: ({ agentId }) => agentId,
  due: ({ due }) => due,
});

interface Asked {
  text: string;
  calls: readonly ToolCall[];
}

export interface ExtractionParts {
  memories: Pick<History, 'history' | 'rooms'>;
  records: RecordStore;
  keeper: Pick<FactKeeper, 'keep'>;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  /** Whether it has a model that understands. */
  understands(agent: Agent): Promise<boolean>;
  /** Asks that model, and pays for it as for a turn that answers this message. */
  ask(agent: Agent, request: ModelRequest, message: Memory, signal: AbortSignal): Promise<Asked>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class FactExtraction {
  readonly #parts: ExtractionParts;
  readonly #records: TypedRecords<Reading>;
  readonly #questions = new LRUCache<string, string>({ max: mostQuestions });
  /** Rooms that are noted as unread. */
  readonly #noted = new Set<string>();
  readonly #under = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #tookUp = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(parts: ExtractionParts) {
    this.#parts = parts;
    this.#records = readingRecord.in(parts.records, parts.log);
  }

  /** Call it after each commit; it returns at once, and never fails. */
  turned(turn: Turn, covered: readonly Memory[], reply: Memory | null): void {
    const { agentId, roomId, turnId, taint, status } = turn;
    const agent = this.#parts.agent(agentId);
    if (status !== 'done' && status !== 'waiting') return;
    if (!agent || agent.character.memory.facts.extract === 'off' || this.#end.signal.aborted) return;
    const question = this.#questions.get(roomId);
    this.#questions.delete(roomId);
    const asks = reply && /\?\s*$/.test(reply.content.text) ? reply.content.text.slice(-500) : undefined;
    if (asks) this.#questions.set(roomId, asks);
    const said = covered.filter(isPersons).map((memory) => ({ ...memory, turnId, ...(taint && { taint }) }));
    const answers = said.map((memory) =>
      memory.content.text.length <= longestAnswer ? question : undefined,
    );
    if (said.length === 0) return;
    const work = this.#read(agent, said, answers)
      .catch((err) =>
        this.#parts.log.warn({ err, roomId }, 'facts were not read; they are when the room is read next'),
      )
      .finally(() => this.#under.delete(work));
    this.#under.add(work);
  }

  /** What an earlier process has left is read soon. */
  start(): void {
    this.#soon(restMs);
  }

  /** Reads the rooms whose time has come. Never fails. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((err) => this.#parts.log.warn({ err }, 'rooms could not be read for facts; it is tried again'))
      .finally(() => {
        this.#looking = undefined;
        // Rooms that were noted since rest a moment longer.
        if (this.#noted.size > 0) this.#soon(againMs);
      });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#end.abort(new Error('The hub stops.'));
    clearTimeout(this.#timer);
    await Promise.all([...this.#under, this.#looking]);
  }

  /** @param answers for each, the question that it may answer */
  async #read(agent: Agent, said: Memory[], answers: (string | undefined)[]): Promise<void> {
    const [first] = said as [Memory];
    const { roomId } = first;
    const byModel = agent.character.memory.facts.extract === 'auto' && (await this.#parts.understands(agent));
    // A model reads the room later, with all that was said until then.
    if (byModel && this.#noted.has(roomId)) return;
    const ruledOf = (at: number) => ruled(said[at]!, answers[at]);
    if (byModel) {
      const isTelling = said.some((memory, at) => saysSomething(memory) || ruledOf(at).length > 0);
      if (!isTelling) return;
      await this.#note(agent.id, roomId, restMs, () => first.id);
      this.#noted.add(roomId);
      return this.#soon(restMs);
    }
    const found = said.map((_, at) => ruledOf(at));
    if (found.every((facts) => facts.length === 0)) return;
    const isAll = await this.#note(agent.id, roomId, leaseMs, () => first.id);
    for (const [at, memory] of said.entries()) await this.#keep(memory, found[at]!);
    // What is left of before is read when its time comes.
    if (isAll) await this.#done(roomId, said.at(-1)!.id);
  }

  /** As unread, from there on unless it was before. Returns whether nothing else is unread. */
  async #note(
    agentId: string,
    roomId: string,
    waitMs: number,
    from: (reading: Reading | null) => string,
  ): Promise<boolean> {
    const due = this.#parts.now() + waitMs;
    let isAll = true;
    await this.#records.change(roomId, (reading) => {
      isAll = reading?.due === undefined;
      if (!isAll) return { ...reading!, due: Math.min(reading!.due!, due) };
      return { ...reading, agentId, from: from(reading), due, tries: 0 };
    });
    return isAll;
  }

  /** A process may have died between a commit and its note. */
  async #takeUp(): Promise<void> {
    const { memories, agent, now } = this.#parts;
    const since = now() - lookBackMs;
    const { items } = await memories.rooms({ limit: mostTakenUp });
    for (const { roomId, agentId, lastAt } of items) {
      if (lastAt < since || !agent(agentId) || this.#noted.has(roomId)) continue;
      await this.#note(agentId, roomId, 0, (reading) => reading?.from ?? idAfter(since));
    }
  }

  #soon(waitMs: number): void {
    if (this.#timer || this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.look();
    }, waitMs + 50);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { now, log } = this.#parts;
    if (!this.#tookUp) {
      this.#tookUp = true;
      await this.#takeUp();
    }
    for (const { id, version, value } of await this.#records.due(now(), mostRooms)) {
      if (this.#end.signal.aborted) return;
      const agent = this.#parts.agent(value.agentId);
      // It may run again later, or somewhere else.
      const lease = now() + leaseMs;
      if (!(await this.#records.put(id, { ...value, due: lease }, version)) || !agent) continue;
      this.#noted.delete(id);
      await this.#room(agent, id, value, lease).catch((err) =>
        log.warn({ err, roomId: id }, 'a room could not be read for facts; it is tried again'),
      );
    }
  }

  async #room(agent: Agent, roomId: string, reading: Reading, lease: number): Promise<void> {
    const { extract } = agent.character.memory.facts;
    const unread =
      extract === 'off'
        ? { said: [], more: false }
        : await unreadOf(this.#parts.memories, roomId, reading.from);
    const { said, more } = unread;
    const byModel = extract === 'auto' && reading.tries < mostTries && (await this.#parts.understands(agent));
    try {
      for (const own of byPerson(said)) await (byModel ? this.#ask(agent, own) : this.#rule(own));
    } catch (err) {
      if (this.#end.signal.aborted) throw err;
      const tries = reading.tries + 1;
      const due = this.#parts.now() + retryMs * 2 ** reading.tries;
      await this.#records.change(roomId, (now) => (now ? { ...now, due, tries } : undefined));
      throw err;
    }
    await this.#done(roomId, said.at(-1)?.id, lease, more);
  }

  async #ask(agent: Agent, own: Memory[]): Promise<void> {
    const said = own.filter(saysSomething);
    if (said.length === 0) return;
    let answer: Asked;
    try {
      answer = await this.#parts.ask(agent, factRequest(said), said.at(-1)!, this.#end.signal);
    } catch (error) {
      if (isBudgetSpent(error)) return this.#rule(own);
      throw error;
    }
    const facts = readAnswer(answer, said);
    // It does not do what it is asked: what the rules find is better than nothing.
    if (!facts) return this.#rule(own);
    const byId = new Map(said.map((memory) => [memory.id, memory]));
    for (const { message, found } of facts) await this.#keep(byId.get(message)!, [found]);
  }

  async #rule(own: Memory[]): Promise<void> {
    for (const memory of own) await this.#keep(memory, ruled(memory));
  }

  async #keep(memory: Memory, facts: readonly FoundFact[]): Promise<void> {
    const { id, author: owner, createdAt: at, turnId, taint } = memory;
    for (const found of facts)
      await this.#parts.keeper.keep({
        ...{ room: memory, owner, text: found.text, how: 'found', from: [id], at, turnId, taint, found },
      });
  }

  /** @param lease as it was taken: who has noted more since is not undone. */
  async #done(roomId: string, last: string | undefined, lease?: number, more = false): Promise<void> {
    this.#noted.delete(roomId);
    const next = more ? this.#parts.now() : undefined;
    await this.#records.change(roomId, (reading) => {
      if (!reading) return undefined;
      const { due, ...rest } = reading;
      const from = last === undefined || reading.from > last ? reading.from : `${last}.`;
      const isOurs = lease === undefined || due === lease;
      const later = isOurs ? next : due;
      return { ...rest, from, tries: 0, ...(later !== undefined && { due: later }) };
    });
    if (more) this.#soon(0);
  }
}

function ruled({ content, createdAt: at }: Memory, question?: string): FoundFact[] {
  const { text, quote } = content;
  if (text.length > mostChars) return [];
  return extractFacts({ text, at, ...(quote && { quote: quote.text }), ...(question && { question }) });
}
