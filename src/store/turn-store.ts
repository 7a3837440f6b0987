import type { Memory } from '../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../core/turn.js';
import type { Appended } from './history.js';
import type { Page, PageRequest } from './paging.js';

export interface Claim {
  /**
   * Pending messages in the order they came, up to the next trigger, or one trigger, whichever is the head of the line;
   * with a checkpoint, exactly what it covers and is still pending.
   */
  messages: Memory[];
  /** What an earlier attempt at this turn left; null for a fresh one. */
  checkpoint: TurnCheckpoint | null;
  /** Something else waits behind these messages. */
  cut?: true;
}

export interface TurnCommit {
  turn: Turn;
  /** The reply; null when the agent stays silent. */
  reply: Memory | null;
  /** Null when nothing is to be sent: no reply, or its reader fetches it. */
  outbound: OutboundMessage | null;
}

/** What takes the place of what a turn had there. */
export interface TurnEdited extends Partial<Pick<Turn, 'steps' | 'taint' | 'error'>> {
  /** What its platform calls what was said in it: nobody finds it by that any more. */
  receipt?: null;
}

export interface TurnListRequest extends PageRequest {
  agentId?: string;
  roomId?: string;
  status?: Turn['status'];
}

/** What says whose a memory is. */
export type Head = Pick<Memory, 'roomId' | 'agentId' | 'author' | 'source'>;

/** Turns from first message to commit. */
export interface TurnStore {
  /** What the room's next turn covers, at most `limit` messages. Empty messages mean nothing to do. */
  claim(roomId: string, limit: number): Promise<Claim>;
  /** Makes the steps and the tries durable, before the model is called again. Without effect on a finished turn. */
  checkpoint(checkpoint: TurnCheckpoint): Promise<void>;
  /**
   * The one atomic write: marks the covered messages, stores reply, turn and outbox entry, drops the checkpoint. With a
   * decision as its trigger, the turn that waited for that is done, and names this one in `continuedBy`.
   * False means this turn was committed before, by another worker or an earlier attempt; nothing is written then.
   */
  commit(commit: TurnCommit): Promise<boolean>;
  get(turnId: string): Promise<Turn | null>;
  /**
   * Finished turns without their steps, newest first. A call looks at some 1,000 memories or turns from the cursor on, so
   * a page may be short, or empty, although `nextCursor` says that there is more.
   */
  list(request: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>>;
  /**
   * A failed turn can run again: its messages are pending, in their place in the room's line, and its steps are its
   * checkpoint, so that no action is repeated. The record of the failure goes; what it replied stays in history, and
   * in the outbox if it is there. The caller schedules the room. False: no such turn, it has not failed, or none of
   * its messages is left. Cut off, it has happened or not; a call, or the room's next claim, finishes it.
   */
  reopen(turnId: string): Promise<boolean>;
  /**
   * A person's message that was only kept waits for its turn from now on, in its place in the room's line. The caller
   * schedules the room. False: it does not wait, since it is gone, or had its turn.
   */
  wake(messageId: string): Promise<boolean>;
  /** Appends the decision of a waiting turn, a trigger, which thereby has no expiry any more; the first one wins. */
  decide(turnId: string, trigger: Memory): Promise<Appended>;
  /** Turns that wait and whose time was over before `now` (Unix ms), without a decision; the longest over first. */
  expired(now: number, limit: number): Promise<string[]>;
  /** Turns of the room that wait for a decision and have none, oldest first. */
  undecided(roomId: string, limit: number): Promise<string[]>;
  /** A waiting turn becomes stopped, and no decision lets it go on. False: no such turn waits. */
  stopWaiting(turnId: string): Promise<boolean>;
  /** Of a finished turn, waiting ones included; of others nothing changes. */
  edit(turnId: string, change: TurnEdited): Promise<void>;
  /**
   * What of each of these rooms is pending, one of what has waited long, to tell whose it is; a room in which nothing is
   * pending has none. In no promised order.
   */
  heads(roomIds: readonly string[]): Promise<Head[]>;
  /** Rooms with messages or triggers that have been pending since before `before` (Unix ms), longest first. */
  waiting(before: number, limit: number): Promise<string[]>;
}
