/** Folds what was said into a summary, piece by piece: by the agent's models, or by rules where it has none. */
import type { Agent } from '../../core/character.js';
import type { Memory } from '../../core/memory.js';
import { estimateTokens } from '../../core/token-estimate.js';
import type { ModelRequest } from '../../llm/llm.js';
import type { TurnStore } from '../../store/turn-store.js';
import { foldedByModel, summaryRequest, type Written } from './by-model.js';
import { foldedByRules } from './by-rules.js';
import { bounded, type Digest } from './digest.js';
import { lineOf, type Said, saidIn } from './said.js';

/** What writes summaries for an agent. */
export interface Writer {
  /** Of the model that reads least, for a prompt and its answer together. */
  contextTokens: number;
  /** @param of whose words are summarised: somebody pays for it */
  ask(request: ModelRequest, of: Memory, signal: AbortSignal): Promise<Written>;
}

export interface FoldingParts {
  turns: Pick<TurnStore, 'get'>;
  /** Null: none of its models can put anything in words of its own. */
  writer(agent: Agent): Promise<Writer | null>;
}

export interface Fold {
  agent: Agent;
  earlier: Digest;
  /** Oldest first, not empty. */
  memories: readonly Memory[];
  /** Most calls of models; what is older is folded by rules. */
  calls: number;
  signal: AbortSignal;
  /** Before each piece. */
  begins?(piece: number, pieces: number): void | Promise<void>;
  /** What is done with a piece that no model folds; absent: the error is thrown. */
  orRules?: boolean;
}

/** Of what was said, in one request. */
const pieceTokens = 5000;
const leastPiece = 500;
/** For the instructions, the earlier summary and the answer. */
const besidesTokens = 5000;
/**
 * Of a summary: a share of what it is made of, and at most about as many as stood in the half of the window whose place
 * it takes, each message with its frame.
 */
const chars = { least: 1500, share: 0.4, mostLeast: 2400, most: 12_000, perToken: 3 };
const frameTokens = 20;
const atOnce = 20;

/** @returns what it is now, and who made it: `model:ID` or `rules` */
export async function folded(parts: FoldingParts, fold: Fold): Promise<{ digest: Digest; by: string }> {
  const { agent, memories, signal, calls } = fold;
  const { name, memory } = agent.character;
  const writer = await parts.writer(agent);
  const room = writer
    ? Math.max(leastPiece, Math.min(pieceTokens, writer.contextTokens - besidesTokens))
    : pieceTokens;
  const pieces = piecesOf(await saidOf(memories, parts.turns), name, room);
  const cost = pieces.flat().reduce((sum, { text }) => sum + estimateTokens(text) + frameTokens, 0);
  const half = Math.min((cost / memories.length) * memory.recentMessages, memory.recentTokens) / 2;
  const most = Math.min(chars.most, Math.max(chars.mostLeast, half * chars.perToken));
  let digest = fold.earlier;
  let by = 'rules';
  let length = Object.values(digest).flat().join('').length;
  for (const [at, piece] of pieces.entries()) {
    signal.throwIfAborted();
    await fold.begins?.(at + 1, pieces.length);
    length += piece.reduce((sum, { text }) => sum + text.length, 0) * chars.share;
    const written = writer && at >= pieces.length - calls ? await ask(writer, fold, digest, piece) : null;
    if (written) by = `model:${written.model}`;
    const whole = written?.digest ?? foldedByRules(digest, piece, name);
    digest = bounded(whole, Math.min(most, Math.max(chars.least, length)));
  }
  return { digest, by };
}

async function ask(
  writer: Writer,
  { agent, memories, signal, orRules }: Fold,
  digest: Digest,
  piece: Said[],
) {
  const of = memories.findLast(({ role }) => role === 'user') ?? memories.at(-1)!;
  const { name } = agent.character;
  try {
    const written = await writer.ask(summaryRequest(digest, piece, name), of, signal);
    // What is no summary fails here.
    return { model: written.model, digest: foldedByModel(digest, piece, name, written) };
  } catch (error) {
    if (signal.aborted || !orRules) throw error;
    return null;
  }
}

async function saidOf(memories: readonly Memory[], turns: Pick<TurnStore, 'get'>): Promise<Said[]> {
  const said: Said[] = [];
  for (let at = 0; at < memories.length; at += atOnce) {
    const some = memories.slice(at, at + atOnce).map(async (memory) => {
      const turn =
        memory.role === 'assistant' && memory.turnId !== null ? await turns.get(memory.turnId) : null;
      return saidIn(memory, turn);
    });
    said.push(...(await Promise.all(some)));
  }
  // A turn that waited is told again by the one that went on from it.
  const known = new Set<string>();
  return said.map((one) => ({ ...one, did: one.did.filter((call) => !known.has(call) && known.add(call)) }));
}

function piecesOf(said: Said[], agent: string, tokens: number): Said[][] {
  const pieces: Said[][] = [];
  let left = 0;
  for (const one of said) {
    const cost = estimateTokens(lineOf(one, agent));
    if (cost > left || pieces.length === 0) {
      pieces.push([]);
      left = tokens;
    }
    pieces.at(-1)!.push(one);
    left -= cost;
  }
  return pieces;
}
