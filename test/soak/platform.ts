/** A platform as the soak sees it: rooms where people talk, what stands in them, and a connection that breaks. */
import type { Trouble } from './trouble.js';

export interface SoakRoom {
  /** A person says this. Where they must wait their turn to say it, they do. */
  say(text: string): void;
  /** The agent's messages that a person finds here now, oldest first; one that is being written shows what there is of it. */
  shown(): string[];
}

export interface SoakPlatform {
  /** The connector's. */
  name: string;
  /** The hub's settings for it. */
  settings: Record<string, string>;
  rooms: SoakRoom[];
  /** What goes wrong between the hub and it. */
  trouble: Trouble;
  /** Breaks the connection over which messages come. */
  cut(): void;
  /**
   * When the hub last began a message here that it could not find again if it died before it had noted its id, in
   * Unix ms: where the platform knows no idempotency key, one of two such messages is then left standing.
   */
  unsureSince?(): number;
  stop(): Promise<void>;
}
