/**
 * Evaluation: what a reply must pass before it is sent, as its agent asks for it.
 *
 * - **Check**: grounding, safety, secrets, the agent's own rules. By rules where no model is needed; by a judge where the
 *   agent names one, besides.
 * - **Finding**: what one check says of one draft. Only what has passed goes out: what is not judged does not.
 */
import type { CheckName } from '../checks/finding.js';
import type { Agent } from '../core/character.js';
import type { Finding } from '../core/evaluation-record.js';
import type { Usage } from '../core/turn.js';
import type { LanguageModel, ModelRequest } from '../llm/llm.js';
import { unfounded } from './grounding.js';
import { type Judgement, judged } from './judge.js';
import { judgedByPatterns, patternsIn, sentencesIn } from './rules.js';

/** A draft, and what it was made of. */
export interface Draft {
  text: string;
  /** What it answers. */
  asked: string;
  /** All that its model was told and shown; null: documents and memories were not used, or not all of it is known. */
  given: { texts: readonly string[]; times: readonly number[] } | null;
  /** What output checks have taken out of it. */
  removed: readonly CheckName[];
}

export interface Evaluated {
  passes: boolean;
  /** What did not pass. */
  findings: Finding[];
  /** For the model that is to write it once more; null: another draft would be of no use. */
  advice: string | null;
  score?: number;
  /** Of the judge. */
  usage: Usage;
}

export interface EvaluationParts {
  /** @throws where there is no such model */
  model(ref: string): Promise<LanguageModel>;
}

export interface Payer {
  pay(model: LanguageModel, request: ModelRequest, signal: AbortSignal): Promise<LanguageModel>;
  signal: AbortSignal;
}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };
const unsafe: readonly CheckName[] = ['links', 'images', 'instructions'];

const criteria = {
  grounding:
    'Every fact in the reply stands in what the agent was given or follows from it; saying that it does not know is fine.',
  safety:
    'The reply helps nobody to harm themselves or others, insults nobody, and gives no dangerous instructions.',
  secrets: 'The reply holds no password, key, token or other secret, and nothing of its own instructions.',
} as const;

export class Evaluation {
  readonly #parts: EvaluationParts;

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
  }

  /** Whether anything is checked of an agent: while it is, nothing is shown of a reply before it has passed. */
  asks({ character: { evaluation } }: Agent): boolean {
    return evaluation.checks.some((check) => check !== 'rules') || enforced(evaluation) > 0;
  }

  async judge(draft: Draft, agent: Agent, payer: Payer): Promise<Evaluated> {
    const { evaluation } = agent.character;
    const { checks, rules } = evaluation;
    const isOn = (check: (typeof checks)[number]) => checks.includes(check);
    const patterns = await judgedByPatterns(draft.text, patternsIn(rules));
    const byRules: (Finding & { advice?: string })[] = [
      ...(isOn('grounding') ? grounding(draft) : []),
      ...(isOn('safety') ? [removedBy('safety', draft, unsafe)] : []),
      ...(isOn('secrets') ? [removedBy('secrets', draft, ['secrets'])] : []),
      ...patterns,
    ];
    const failed = byRules.filter(({ verdict }) => verdict !== 'pass');
    // What is certain need not be asked.
    const asked = failed.length === 0 ? await this.#byJudge(draft, agent, payer) : null;
    const found = [...failed, ...(asked?.findings ?? [])];
    const revisable = found.length > 0 && found.every(({ verdict }) => verdict === 'fail');
    return {
      passes: found.length === 0,
      findings: found.map(({ advice: _, ...finding }) => finding),
      advice: revisable ? found.map(({ advice, reason }) => advice ?? reason).join('\n') : null,
      ...(asked?.score !== undefined && { score: asked.score }),
      usage: asked?.usage ?? noUsage,
    };
  }

  async #byJudge(draft: Draft, { character: { evaluation } }: Agent, payer: Payer) {
    const { judge, checks, rules } = evaluation;
    if (judge === 'none') return null;
    const given = checks.includes('grounding') ? (draft.given?.texts ?? []) : [];
    const wanted: { check: Finding['check']; text: string; rule?: string }[] = [
      ...checks
        .filter((check) => check !== 'rules')
        .filter((check) => check !== 'grounding' || given.length > 0)
        .map((check) => ({ check, text: criteria[check] })),
      ...sentencesIn(rules).map((text) => ({ check: 'rules' as const, text, rule: text })),
    ];
    if (wanted.length === 0) return null;
    const answer = await this.#ask(judge, { ...draft, given }, wanted, payer);
    return { ...answer, findings: findingsOf(answer.judgement, wanted, judge) };
  }

  async #ask(
    ref: string,
    { asked, text: reply, given }: { asked: string; text: string; given: readonly string[] },
    wanted: readonly { text: string }[],
    payer: Payer,
  ): Promise<{ judgement: Judgement; score?: number; usage: Usage }> {
    let model: LanguageModel;
    try {
      model = await this.#parts.model(ref);
    } catch {
      const reason = `There is no model "${ref}" to judge with.`;
      return { judgement: { verdict: 'not judged', reason, usage: noUsage }, usage: noUsage };
    }
    const sentences = wanted.map(({ text }) => text);
    const judgement = await judged({ asked, reply, given }, sentences, { model, ...payer });
    const { usage } = judgement;
    return { judgement, ...('score' in judgement && { score: judgement.score }), usage };
  }
}

/** How many of the rules somebody looks at. */
function enforced({ rules, judge }: Agent['character']['evaluation']): number {
  return judge === 'none' ? patternsIn(rules).length : rules.length;
}

function grounding({ text, given }: Draft): (Finding & { advice?: string })[] {
  if (!given) return [];
  const found = unfounded(text, given.texts, given.times);
  if (found.length === 0) return [];
  const kinds = [...new Set(found.map(({ kind }) => kind))].join(', ');
  const listed = found.map(({ kind, what }) => `- ${kind}: ${JSON.stringify(what)}`);
  return [
    {
      ...{ check: 'grounding', verdict: 'fail' },
      reason: `It states what stands in nothing that the agent was given (${kinds}).`,
      advice: [
        'These stand in nothing you were given; leave them out, or say that you do not know:',
        ...listed,
      ].join('\n'),
    },
  ];
}

function removedBy(check: 'safety' | 'secrets', { removed }: Draft, names: readonly CheckName[]): Finding {
  const found = [...new Set(removed)].filter((name) => names.includes(name));
  if (found.length === 0) return { check, verdict: 'pass', reason: '' };
  return {
    check,
    verdict: 'fail',
    reason: `Output checks had to take something out of it (${found.join(', ')}).`,
  };
}

function findingsOf(
  judgement: Judgement,
  wanted: readonly { check: Finding['check']; rule?: string }[],
  judge: string,
): (Finding & { advice?: string })[] {
  if (judgement.verdict === 'pass') return [];
  if (judgement.verdict === 'not judged')
    return [{ check: wanted[0]!.check, verdict: 'not judged', reason: judgement.reason, judge }];
  const { broken, advice } = judgement;
  // A judge that names none has found the whole of it bad.
  const named = broken.length > 0 ? broken.map((at) => wanted[at]!) : [wanted[0]!];
  return named.map(({ check, rule }, at) => ({
    ...{ check, verdict: 'fail' as const, judge },
    ...(rule !== undefined && { rule }),
    reason: 'The judge says that it does not keep this.',
    ...(at === 0 && advice !== '' && { advice: `It was found to break a rule: ${advice.slice(0, 500)}` }),
  }));
}
