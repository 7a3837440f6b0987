import type { Memory } from '../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../core/turn.js';
import type { Page, PageRequest } from './memory-store.js';

export interface Claim {
  /** Pending messages in the order they came; with a checkpoint, exactly the still pending ones it covers. */
  messages: Memory[];
  /** What an earlier attempt at this turn left; null for a fresh one. */
  checkpoint: TurnCheckpoint | null;
}

export interface TurnCommit {
  turn: Turn;
  /** The reply; null when the agent stays silent. */
  reply: Memory | null;
  /** Null when nothing is to be sent: no reply, or its reader fetches it. */
  outbound: OutboundMessage | null;
}

export interface TurnListRequest extends PageRequest {
  agentId?: string;
  roomId?: string;
  status?: Turn['status'];
}

/** Turns from first message to commit. */
export interface TurnStore {
  /** What the room's next turn covers, at most `limit` messages. Empty messages mean nothing to do. */
  claim(roomId: string, limit: number): Promise<Claim>;
  /** Makes the steps durable, before the model is called again. Without effect on a finished turn. */
  checkpoint(checkpoint: TurnCheckpoint): Promise<void>;
  /**
   * The one atomic write: marks the covered messages, stores reply, turn and outbox entry, drops the checkpoint.
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
  /** Rooms with messages that have been pending since before `before` (Unix ms), longest first. */
  waiting(before: number, limit: number): Promise<string[]>;
}
