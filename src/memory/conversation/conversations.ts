/**
 * Conversations: how far each room is summarised, when its conversation starts anew, and who does that. A turn looks
 * whether something is due; the work is done once its reply is on the way, by one process of all, and what is due is a
 * record, so that nothing is lost with a process.
 */
import { backOffMs } from '../../core/back-off.js';
import type { Agent } from '../../core/character.js';
import { newId } from '../../core/ids.js';
import type { Memory } from '../../core/memory.js';
import type { Logger } from '../../logger.js';
import type { TurnContext } from '../../plugin/plugin.js';
import { told as toldError } from '../../redaction.js';
import type { TypedNotes } from '../../store/note.js';
import type { NoteStore } from '../../store/note-store.js';
import { notesOf, type Unsummarised, unsummarisedNote } from './failing.js';
import { hasLimits, isFull, isWatched, limitAt, limitReached } from './limits.js';
import { Maker, type MakerParts } from './maker.js';
import { type ConversationState, type ConversationView, isOfNow, newState, withoutSummary } from './state.js';
import { type Summarised, summarised } from './summarised.js';

export interface ConversationsParts extends MakerParts {
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  notes: NoteStore;
  /** Says something to whoever wrote a message, once under this name; `replaces`: in the place of what was said under that. */
  tell(to: Memory, text: string, once: string, replaces?: string): Promise<void>;
  /** The first pause after a try that failed, in ms. */
  retryBaseMs: number;
  log: Logger;
}

const anewText = 'We start a new conversation; I keep a summary.';
const anewPlain = 'We start a new conversation.';
const makerMs = 600_000;
const longestPauseMs = 600_000;
/** Words that are to go are gone by then, in ms. */
const rebuildMs = 2000;
const atOnce = 4;
const batch = 20;
const longestTimerMs = 3_600_000;
const mostNotes = 100;
const noteMs = 86_400_000;

export class Conversations {
  readonly #parts: ConversationsParts;
  readonly #maker: Maker;
  readonly #notes: TypedNotes<string, Unsummarised>;
  /** Of rooms whose turn is not over: when somebody is to look. */
  readonly #wanted = new Map<string, { agentId: string; at: number }>();
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Infinity;
  #pumping: Promise<void> | undefined;
  #again = false;

  constructor(parts: ConversationsParts) {
    this.#parts = parts;
    this.#maker = new Maker(parts);
    this.#notes = unsummarisedNote.in(parts.notes, parts.log);
  }

  async view({ character }: Agent, roomId: string, since: string): Promise<ConversationView> {
    const none = { summary: null, after: '', isBehind: false, state: null, since };
    if (!isWatched(character)) return none;
    const { records, memories } = this.#parts;
    const state = (await records.get(roomId))?.value ?? null;
    if (!state || !isOfNow(state, since)) return { ...none, state };
    const summary =
      state.summary && character.conversation.summary ? await memories.get(state.summary) : null;
    return {
      summary,
      after: summary ? (state.last ?? '') : '',
      isBehind: state.failing !== undefined,
      ...{ state, since },
    };
  }

  /**
   * Looks whether something is due, and tells once that a conversation was begun anew.
   * @param uncovered what stands in the window, oldest first
   */
  async seen(
    agent: Agent,
    asked: readonly Memory[],
    uncovered: readonly Memory[],
    { state, since }: ConversationView,
  ) {
    const { character, id: agentId } = agent;
    if (!isWatched(character)) return;
    const { now, tell, log } = this.#parts;
    const first = asked[0]!;
    const { roomId, createdAt, source } = first;
    const rest = uncovered.filter(({ id }) => id > (state?.last ?? ''));
    // The question and its answer.
    const coming = asked.length + 1;
    const progress = {
      messages: (state?.counted ?? 0) + rest.length + coming,
      beganAt: state?.beganAt ?? rest[0]?.createdAt ?? createdAt,
      newestAt: rest.at(-1)?.createdAt ?? createdAt,
    };
    const isDue =
      isFull(rest, character, coming) ||
      limitReached(character, progress, Math.max(now(), createdAt)) !== null;
    const at = isDue
      ? now()
      : hasLimits(character)
        ? limitAt(character, { ...progress, newestAt: now() })
        : undefined;
    const planned = state?.maker && state.maker.until > now() ? undefined : (state?.due ?? Infinity);
    const isResting = state?.failing !== undefined && (state.due ?? 0) > now();
    if (at !== undefined && planned !== undefined && at < planned && !isResting)
      this.#wanted.set(roomId, { agentId, at });
    if (!state?.renewed || state.told !== false || source.pull || source.answersOnly) return;
    // This turn still has the conversation before it, or one that somebody began since.
    if (state.renewed !== since) return;
    try {
      const text = character.conversation.summary ? anewText : anewPlain;
      await tell(first, text, `conversation:${roomId}:${state.renewed}`);
      await this.#parts.records.change(roomId, (now) =>
        now && now.renewed === state.renewed ? { ...now, told: true } : undefined,
      );
    } catch (err) {
      log.warn({ err, roomId }, 'nobody could be told that the conversation began anew');
    }
  }

  /** Call it once a turn is over. Returns at once. */
  committed(roomId: string): void {
    const wanted = this.#wanted.get(roomId);
    if (!wanted) return;
    this.#wanted.delete(roomId);
    this.#keep(this.#plan(roomId, wanted.agentId, wanted.at));
  }

  /** Does all that is due; what fails is tried later. */
  pump(signal: AbortSignal = this.#end.signal): Promise<void> {
    this.#again = true;
    this.#pumping ??= this.#pump(signal).finally(() => {
      this.#pumping = undefined;
    });
    return this.#pumping;
  }

  /** Something that the summary may hold is another, or is to go: so does the summary, and it is made of what is left. */
  async invalidate(roomId: string, ids: readonly string[]): Promise<void> {
    const { records, memories, now } = this.#parts;
    let gone: string | undefined;
    const due = now() + rebuildMs;
    const state = await records.change(roomId, (state) => {
      gone = undefined;
      if (!state) return undefined;
      const { from, last = '', summary, maker } = state;
      const isCovered = ids.some((id) => id > from && (id <= last || id === summary));
      if (!isCovered && !maker) return undefined;
      if (!isCovered) return { ...state, epoch: state.epoch + 1, due };
      gone = summary;
      return { ...withoutSummary(state), due };
    });
    if (gone) await memories.forget([gone]);
    if (state?.due === due) this.#wake(due);
  }

  /** For whoever asks what the summary says; null: there is none. */
  async read(roomId: string): Promise<{ summary: Memory | null; failing: ConversationState['failing'] }> {
    const { records, memories } = this.#parts;
    const state = (await records.get(roomId))?.value;
    return { summary: state?.summary ? await memories.get(state.summary) : null, failing: state?.failing };
  }

  /** All that was said in the conversation of a turn, in short. */
  summarise(context: TurnContext): Promise<Summarised> {
    return summarised(this.#parts, (...of) => this.view(...of), context);
  }

  /** For operators, and for whoever asks whether the hub is ready: it names nobody. */
  async notes(): Promise<string[]> {
    const found = await this.#notes.list('', mostNotes);
    return notesOf(found.flatMap(({ value }) => value ?? []));
  }

  /** Ends what runs; it is taken up at the next start. */
  async stop(): Promise<void> {
    this.#end.abort(new Error('The hub stops.'));
    clearTimeout(this.#timer);
    await Promise.all([this.#pumping, ...this.#running]);
  }

  async #plan(roomId: string, agentId: string, at: number): Promise<void> {
    const { records, rooms, log } = this.#parts;
    try {
      const { since = '' } = await rooms.get(roomId);
      await records.change(roomId, (found) => {
        const state = found ?? newState(agentId, roomId, since);
        return (state.due ?? Infinity) <= at ? undefined : { ...state, due: at };
      });
      this.#wake(at);
    } catch (err) {
      // The next turn finds it due again.
      log.debug({ err, roomId }, 'a summary could not be planned');
    }
  }

  /** A timer of its own is sooner than the next look of all processes. */
  #wake(at: number): void {
    if (this.#end.signal.aborted || at >= this.#wakesAt) return;
    this.#wakesAt = at;
    clearTimeout(this.#timer);
    const waitMs = Math.min(Math.max(0, at - this.#parts.now()), longestTimerMs);
    this.#timer = setTimeout(() => {
      this.#wakesAt = Infinity;
      this.#keep(this.pump());
    }, waitMs);
    this.#timer.unref();
  }

  #keep(work: Promise<unknown>): void {
    const kept = work
      .catch((err) => this.#parts.log.warn({ err }, 'summaries are made later'))
      .finally(() => {
        this.#running.delete(kept);
      });
    this.#running.add(kept);
  }

  async #pump(given: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([given, this.#end.signal]);
    const { records, now } = this.#parts;
    while (this.#again && !signal.aborted) {
      this.#again = false;
      const due = await records.due(now(), batch);
      const line = due.map(({ value }) => value.roomId);
      const hand = async () => {
        for (let roomId = line.shift(); roomId !== undefined && !signal.aborted; roomId = line.shift())
          await this.#work(roomId, signal);
      };
      await Promise.all(Array.from({ length: atOnce }, hand));
      if (due.length === batch) this.#again = true;
    }
  }

  async #work(roomId: string, signal: AbortSignal): Promise<void> {
    const { records, memories, agent: agentOf, now, log } = this.#parts;
    let left: string | undefined;
    let isOurs = false;
    const maker = { by: 'summary', until: now() + makerMs, id: newId() };
    const held = await records.change(roomId, (state) => {
      isOurs = state !== null && (state.due ?? Infinity) <= now() && (state.maker?.until ?? 0) <= now();
      if (!state || !isOurs) return undefined;
      left = state.maker?.id;
      // Whoever dies over it is followed by another.
      return { ...state, maker, due: maker.until };
    });
    if (!held || !isOurs) return;
    // Of a maker that died: nobody knows of it.
    if (left !== undefined && left !== held.summary) await memories.forget([left]);
    const agent = agentOf(held.agentId);
    if (!agent) return this.#later(roomId, maker.id, { due: now() + longestPauseMs });
    try {
      if (!(await this.#maker.make(held, agent, signal))) {
        await this.#later(roomId, maker.id, { due: now() + rebuildMs });
        this.#wake(now() + rebuildMs);
      } else if (held.failing) await this.#notes.take(roomId);
    } catch (error) {
      await memories.forget([maker.id]).catch(() => {});
      if (signal.aborted) return this.#later(roomId, maker.id, { due: now() });
      const { tries = 0, since = now() } = held.failing ?? {};
      const pauses = { firstMs: this.#parts.retryBaseMs, longestMs: longestPauseMs };
      const due = Math.ceil(now() + backOffMs(tries + 1, pauses, error));
      log.warn({ err: error, roomId, tries: tries + 1 }, 'no summary; the words stay, and it is tried again');
      const failing = { tries: tries + 1, since, ...toldError(error) };
      await this.#later(roomId, maker.id, { due, failing });
      await this.#notes.put(roomId, { agentId: agent.id, ...failing }, { ttlMs: noteMs }).catch(() => {});
      this.#wake(due);
    }
  }

  /** Gives a room back that this process was the maker of. */
  async #later(
    roomId: string,
    id: string,
    change: Pick<ConversationState, 'due' | 'failing'>,
  ): Promise<void> {
    await this.#parts.records.change(roomId, (state) =>
      state?.maker?.id === id ? { ...state, ...change, maker: undefined } : undefined,
    );
  }
}
