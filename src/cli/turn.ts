/** `carrier turn ID`: what happened in a turn and why, on one screen. */
import type { OutputOf } from '../operations/operations.js';
import { carry } from './carry.js';
import { harmless, harmlessJson, harmlessLines, paint, print, row } from './output.js';
import { shownTime } from './shown-time.js';
import type { Own } from './typed.js';

type Shown = OutputOf<'turns.show'>;
type Prompt = OutputOf<'turns.prompt'>;

/** With `--json` the operations' outputs: of `turns.show`, or of `turns.prompt` with `--prompt`. */
export async function showTurn({ config, args: [turnId = ''], options, url }: Own): Promise<void> {
  const shown = (await carry(config, 'turns.show', { turnId }, url)) as Shown;
  const ended = shown.finishedAt !== null;
  if (options.prompt || ended) {
    const prompt = (await carry(config, 'turns.prompt', { turnId }, url)) as Prompt;
    if (options.json) return print(harmlessJson(options.prompt ? prompt : shown));
    const { messages } = (await carry(
      config,
      'rooms.messages',
      { roomId: shown.roomId, order: 'newest', limit: 200 },
      url,
    )) as OutputOf<'rooms.messages'>;
    const reply = messages.find(({ id }) => id === shown.replyId);
    return tell([
      ...head(shown),
      ...said(prompt, Boolean(options.prompt)),
      ...rest(shown),
      ...(shown.replyId === null ? [] : answer(shown, reply?.text)),
    ]);
  }
  if (options.json) return print(harmlessJson(shown));
  tell([...head(shown), ...rest(shown)]);
}

function tell(lines: string[]): void {
  for (const line of lines) print(line);
}

const title = (text: string) => paint.bold(text);
/** Of several lines, each beneath the other. */
const block = (text: string) =>
  harmlessLines(text)
    .split('\n')
    .map((line) => `  ${line}`);

function head({ turnId, agentId, roomId, status, error, attempt, startedAt, finishedAt, ...turn }: Shown) {
  const took = startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
  const { inputTokens, outputTokens } = turn.usage;
  return [
    harmless(row(title(turnId), status, agentId, attempt > 1 ? `try ${attempt}` : '')),
    harmless(row('  room', roomId)),
    ...(startedAt
      ? [row('  begun', shownTime(startedAt), took === null ? '' : `took ${took / 1000} s`)]
      : []),
    ...(turn.waitsUntil ? [row('  waits for a decision until', shownTime(turn.waitsUntil))] : []),
    harmless(row('  model', turn.model ?? 'none', `${inputTokens} tokens in, ${outputTokens} out`)),
    ...(turn.passedOver ?? []).map(({ model, code, message }) =>
      harmless(row('  passed over', model, `${code}: ${message}`)),
    ),
    row('  trace', turn.traceId),
    ...(turn.taint
      ? [harmless(row('  has read', turn.taint.map((one) => JSON.stringify(one)).join(' ')))]
      : []),
    ...(turn.continuedBy ? [row('  goes on in', turn.continuedBy)] : []),
    ...(error ? [paint.red(harmless(`  failed  ${error.code}: ${error.message}`))] : []),
  ];
}

function said({ character, earlier, asked, recalled, steps }: Prompt, whole: boolean): string[] {
  const forgotten = paint.dim('  (forgotten)');
  return [
    ...(whole && character
      ? [title('Character'), ...block([character.name, ...character.bio, character.system].join('\n'))]
      : []),
    ...(whole
      ? [
          title('Said before'),
          ...earlier.flatMap(({ author, at, text }) => [
            harmless(row(`  ${shownTime(at)}`, `${author.name ?? author.id}:`)),
            ...block(`  ${text}`),
          ]),
        ]
      : []),
    title('Message'),
    ...asked.flatMap(({ author, at, text }) => [
      harmless(row(`  ${shownTime(at)}`, author ? `${author.name ?? author.id}:` : '')),
      ...(text === null ? [forgotten] : block(text)),
    ]),
    ...(recalled.length > 0 ? [title('Recalled')] : []),
    ...recalled.map(({ id, text, score, words, meaning }) =>
      harmless(
        row(
          `  ${score.toFixed(3)}`,
          `words ${words.toFixed(2)}`,
          meaning === null ? '' : `meaning ${meaning.toFixed(2)}`,
          id,
          (text ?? '(not to be read)').replace(/\s+/g, ' ').slice(0, 120),
        ),
      ),
    ),
    ...(steps.some(({ text }) => text !== '') ? [title('Said between tools')] : []),
    ...steps.flatMap(({ text }) => (text === '' ? [] : block(text))),
  ];
}

/** @param text absent: it was forgotten, or much was said since */
function answer({ roomId }: Shown, text: string | undefined): string[] {
  const elsewhere = paint.dim(`  (not among the newest of the room: carrier rooms messages ${roomId})`);
  return [title('Answer'), ...(text === undefined ? [elsewhere] : block(text))];
}

/** Of the price of a call, which is often a fraction of a cent. */
function dollars(usd: number): string {
  return `$${usd.toFixed(usd >= 1 ? 2 : 6)}`;
}

function asked({ calls, cost: { usd, unpriced, modelMs } }: Shown): string[] {
  if (calls.length === 0) return [];
  const unknown = unpriced > 0 ? `${unpriced} without a known price` : '';
  return [
    title('Models'),
    ...calls.map(({ model, durationMs, firstMs, inputTokens, outputTokens, failed, ...call }) =>
      harmless(
        row(
          `  ${call.for}`,
          model,
          failed === undefined ? '' : `failed: ${failed}`,
          `${durationMs} ms`,
          firstMs === null ? '' : `first word after ${firstMs} ms`,
          `${inputTokens} tokens in${call.cachedTokens ? ` (${call.cachedTokens} cached)` : ''}, ${outputTokens} out`,
          call.usd === null ? '' : dollars(call.usd),
        ),
      ),
    ),
    row('  in all', `${modelMs} ms`, usd === null ? '' : dollars(usd), unknown),
  ];
}

function rest(shown: Shown): string[] {
  const { actions, evaluation, recall } = shown;
  return [
    ...asked(shown),
    ...(recall?.degraded ? [row('  recall by words alone:', harmless(recall.degraded))] : []),
    ...(actions.length > 0 ? [title('Tools')] : []),
    ...actions.flatMap(({ name, arguments: given, state, result, durationMs }) => [
      harmless(row(`  ${name}`, state, `${durationMs} ms`, given)),
      ...(result === null ? [] : block(`  ${result.slice(0, 500)}`)),
    ]),
    ...(evaluation
      ? [
          title('Evaluation'),
          harmless(
            row(
              `  ${evaluation.outcome ?? 'not checked'}`,
              evaluation.topic,
              `score ${evaluation.score ?? '-'}`,
            ),
          ),
          ...evaluation.findings.map(({ check, verdict, reason, draft }) =>
            harmless(row(`  draft ${draft}`, check, verdict, reason)),
          ),
        ]
      : []),
  ];
}
