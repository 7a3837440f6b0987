/** How a conversation reaches the hub: the console and the web chat have each their own way. */

export interface StoredMessage {
  id: string;
  /** The sender's own id of it. */
  messageId?: string;
  role: string;
  text: string;
  author: { id: string; name?: string; bot?: boolean };
  status: string;
  turnId: string | null;
  replyTo: string | null;
  createdAt: string;
  attachments?: StoredFile[];
}

export interface StoredFile {
  name: string;
  mediaType: string;
  /** In bytes. */
  size: number;
}

export interface TurnShown {
  status: string;
  error: { code: string; message: string } | null;
  actions: StoredStep[];
  continuedBy?: string;
}

interface StoredStep {
  name: string;
  arguments: unknown;
  state: string;
  result: string | null;
  ok: boolean;
  durationMs: number;
}

export interface Outgoing {
  /** Made by the page: whatever is sent again with it, is one message. */
  messageId: string;
  text: string;
  files: File[];
}

export interface HistoryPage {
  messages: StoredMessage[];
  nextCursor: string | null;
  /** The hub's own id of the room, which events name. */
  hubRoomId: string;
}

export interface Transport {
  /** Who writes here. */
  user: { id: string; name: string };
  agent: { id: string; name: string };
  /** Shown before anything was said; absent: the usual words. */
  greeting?: string | undefined;
  /** False: no files are taken. */
  takesFiles?: boolean;
  send(message: Outgoing): Promise<void>;
  /** A page, the newest first. */
  history(cursor: string | undefined): Promise<HistoryPage>;
  /** Where the bytes of a file are; undefined: they cannot be had here. */
  fileAddress(messageId: string, index: number): string | undefined;
  /** Where more is told of a turn. Absent: nowhere. */
  turnAddress?: (turnId: string) => string;
  /** Whether it is said of messages that they wait, or were not answered: to those who look after others. */
  tellsStates?: boolean;
  turn(turnId: string): Promise<TurnShown>;
  /** The turn that was stopped; null: none ran. Absent: they may not. */
  stop?: (roomId: string) => Promise<string | null>;
  /** From 1 to 5. Absent: they may not. */
  rate?: (turnId: string, rating: number) => Promise<void>;
}
