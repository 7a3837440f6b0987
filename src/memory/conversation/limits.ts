/** When words are to be summarised, and when a conversation starts anew. */
import type { Character } from '../../core/character.js';
import { lengthMs } from '../../core/length.js';
import type { Memory } from '../../core/memory.js';
import { estimateTokens } from '../../core/token-estimate.js';

type Settings = Pick<Character, 'memory' | 'conversation'>;

/** A summary is made once the window is so full, and leaves so much of it, so that nothing leaves it without one. */
const fullShare = 0.85;
const keptShare = 0.5;

export const hasLimits = ({ conversation: { maxMessages, maxPause, maxAge } }: Settings): boolean =>
  maxMessages !== undefined || maxPause !== undefined || maxAge !== undefined;

export const isWatched = (settings: Settings): boolean =>
  settings.conversation.summary || hasLimits(settings);

/** Of a length of time; absent: for ever. */
const ms = (length: string | undefined) => (length === undefined ? Infinity : lengthMs(length));

const sizes = new WeakMap<Memory, number>();

/** Of the words of a message, in tokens. */
function tokensOf(memory: Memory): number {
  const known = sizes.get(memory);
  if (known !== undefined) return known;
  const { text, quote, parts = [] } = memory.content;
  const tokens = [text, quote?.text ?? '', ...parts.map((part) => part.text)].reduce(
    (sum, words) => sum + estimateTokens(words),
    0,
  );
  sizes.set(memory, tokens);
  return tokens;
}

/** Whether words are about to leave the window. `coming`: messages that will stand in it next. */
export function isFull(uncovered: readonly Memory[], { memory }: Settings, coming = 0): boolean {
  const { recentMessages, recentTokens } = memory;
  if (uncovered.length + coming >= Math.max(2, Math.floor(recentMessages * fullShare))) return true;
  const tokens = uncovered.reduce((sum, one) => sum + tokensOf(one), 0);
  return uncovered.length > 1 && tokens >= recentTokens * fullShare;
}

/**
 * How many of the oldest a summary takes over: the newest stay as they are, and what was asked stays until its answer goes
 * with it, since that tells whether it was done.
 */
export function leaving(uncovered: readonly Memory[], { memory }: Settings): number {
  const { recentMessages, recentTokens } = memory;
  let tokens = recentTokens * keptShare;
  let kept = 0;
  while (kept < uncovered.length && kept < Math.max(1, Math.floor(recentMessages * keptShare))) {
    tokens -= tokensOf(uncovered[uncovered.length - 1 - kept]!);
    if (tokens < 0 && kept > 0) break;
    kept++;
  }
  const most = uncovered.length - kept;
  const answered = uncovered.findLastIndex(({ role }, at) => at < most && role !== 'user') + 1;
  return answered > 0 ? answered : most;
}

export type Reached = 'messages' | 'pause' | 'age';

interface Progress {
  /** Messages of the conversation, all of them. */
  messages: number;
  /** When its first and its newest were said (Unix ms). */
  beganAt: number | undefined;
  newestAt: number | undefined;
}

export function limitReached({ conversation }: Settings, progress: Progress, now: number): Reached | null {
  const { maxMessages = Infinity } = conversation;
  const { messages, beganAt = now, newestAt = now } = progress;
  if (messages === 0) return null;
  if (messages >= maxMessages) return 'messages';
  if (now - newestAt >= ms(conversation.maxPause)) return 'pause';
  return now - beganAt >= ms(conversation.maxAge) ? 'age' : null;
}

/** When a limit of time may be reached (Unix ms); undefined: there is none. */
export function limitAt({ conversation }: Settings, { beganAt, newestAt }: Progress): number | undefined {
  const { maxPause, maxAge } = conversation;
  const at = Math.min((newestAt ?? Infinity) + ms(maxPause), (beganAt ?? Infinity) + ms(maxAge));
  return Number.isFinite(at) ? at : undefined;
}

/** How many messages come before the last pause that is too long; 0: there is none. */
export function gapIn(messages: readonly Memory[], { conversation }: Settings): number {
  const most = ms(conversation.maxPause);
  const at = messages.findLastIndex(
    ({ createdAt }, at) => at > 0 && createdAt - messages[at - 1]!.createdAt >= most,
  );
  return Math.max(0, at);
}
