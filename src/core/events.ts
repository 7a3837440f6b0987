/** What happens in a room while a turn runs, for whoever is watching. Best effort: history is the truth. */
import type { Memory } from './memory.js';
import type { ActionRecord, Usage } from './turn.js';

/** What is told of a turn while it runs; best effort, so anything may be missing. */
export type TurnEvent =
  /** Text of an earlier `turn.started` with the same turn id is void: this attempt begins anew. */
  | { type: 'turn.started'; turnId: string; roomId: string; covers: string[]; attempt: number }
  /** @property at where it belongs, in UTF-16 units of this attempt's text; older workers do not say it. */
  | { type: 'text.delta'; turnId: string; text: string; at?: number }
  /** Told again and again while a turn runs, for who came late or missed something: all that was said in this attempt. */
  | {
      type: 'text.so-far';
      turnId: string;
      roomId: string;
      covers: string[];
      attempt: number;
      text: string;
    }
  /** Its models are all away, so it is tried again, not before `until` (Unix ms). `told`: its room has read of that. */
  | {
      type: 'turn.waiting';
      turnId: string;
      covers: string[];
      until: number;
      told: boolean;
      error: { code: string; message: string };
    }
  | { type: 'action.started'; turnId: string; callId: string; name: string; arguments: string }
  | { type: 'action.finished'; turnId: string; callId: string; name: string; ok: boolean; result: string }
  | { type: 'reply'; turnId: string; covers: string[]; reply: Reply | null }
  | {
      type: 'turn.failed';
      turnId: string;
      covers: string[];
      reply: Reply | null;
      error: { code: string; message: string };
    }
  /** What this turn said, or a notice under this id, is with its platform; whichever process brought it there. */
  | { type: 'delivered'; turnId: string }
  /** Somebody wants this turn to end. Only on the topic `stopTopic`, which every worker process listens to. */
  | { type: 'turn.stop'; turnId: string; roomId: string };

/** A secret was set, rotated or removed. Only on the topic `secretTopic`, which every process listens to. */
export interface SecretEvent {
  type: 'secret.changed';
  name: string;
}

/** A token was issued or revoked. Only on the topic `tokenTopic`, which every process listens to. */
export interface TokenEvent {
  type: 'tokens.changed';
}

/** A model is not to be asked before `until` (Unix ms); 0: it answers again. Only on the topic `modelTopic`. */
export interface ModelEvent {
  type: 'model.cooling';
  model: string;
  code: string;
  message: string;
  until: number;
  /** How often it was left alone since it last answered; absent: its provider asked for it. */
  times?: number;
  /** It has failed once more in this process, and nothing else; `until` is over. */
  failedIn?: string;
}

/** Something was paused or resumed. Only on the topic `switchTopic`, which every process listens to. */
export interface SwitchEvent {
  type: 'switch.changed';
}

/** A room was taken over or handed back. Only on the topic `holdTopic`, which every process listens to. */
export interface HoldEvent {
  type: 'hold.changed';
}

/** A tool was registered, changed or removed. Only on the topic `toolTopic`, which every process listens to. */
export interface ToolEvent {
  type: 'tools.changed';
}

/** People or roles were changed. Only on the topic `accessTopic`. */
export interface AccessEvent {
  type: 'access.changed';
}

/** The definition of an agent in the store was changed. Only on the topic `agentTopic`, which every process listens to. */
export interface AgentEvent {
  type: 'agents.changed';
}

export const accessTopic = 'access';
export const holdTopic = 'holds';
export const agentTopic = 'agents';
export const modelTopic = 'models';
export const stopTopic = 'stops';
export const secretTopic = 'secrets';
export const switchTopic = 'switches';
export const tokenTopic = 'tokens';
export const toolTopic = 'tools';

/** A committed answer and what it took. */
export interface Reply {
  memory: Memory;
  actions: ActionRecord[];
  usage: Usage;
}
