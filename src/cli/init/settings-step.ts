/** What model and platform steps share: asking for a setting, and what to do where a check fails. */

import type { Finding } from '../../connector/connector.js';
import { FatalError } from '../../errors.js';
import type { Asked } from '../../setting-up.js';
import type { Proposal } from './proposal.js';
import { plainFlag, type Questions, secretFlag } from './questions.js';

/** Asks for one setting; what is set may stay, and is never shown.  */
export async function askSetting(
  { setting, secret }: Asked,
  questions: Questions,
  proposal: Proposal,
  /** Under another name: of another account. */
  as = setting,
): Promise<void> {
  const flag = secret ? secretFlag(setting) : plainFlag(setting);
  if (!questions.has(flag) && proposal.isSet(as)) {
    const where = proposal.isOutside(as) ? 'in the environment' : 'set';
    const kept = await questions.choose(
      `keep-${flag}`,
      `${as} is ${where}.`,
      [
        { value: 'keep', label: 'Keep it' },
        { value: 'change', label: 'Give another' },
      ],
      'keep',
    );
    if (kept === 'keep') {
      const outside = proposal.outside(as);
      if (outside !== undefined) {
        proposal.set(as, outside);
        questions.tell(`${as} comes from the environment, and is written to .env, too.`);
      }
      return;
    }
  }
  if (secret) {
    const given = await questions.secret(as, as, true, flag);
    if (given !== null) proposal.set(as, given);
  } else proposal.set(as, await questions.text(flag, as, proposal.value(as) ?? '', required));
  if (proposal.isOutside(as) && proposal.outside(as) !== proposal.value(as))
    questions.warn(`The environment has another ${as}, which wins over .env: take it out there.`);
}

export function required(value: string): string | undefined {
  return value === '' ? 'must not be empty' : undefined;
}

/** Goes on; gives other answers; looks once more; goes on without this. */
type Next = 'done' | 'again' | 'check' | 'skip';

/** Shows what was found, and what is wrong is for the person to decide about. @throws FatalError where nobody can be asked. */
export async function afterCheck(
  findings: readonly Finding[],
  { questions, flag, skip }: { questions: Questions; flag: string; skip: string },
): Promise<Next> {
  const wrong = findings.filter(({ ok }) => !ok);
  if (questions.show(findings)) return 'done';
  if (questions.scripted) {
    const [first] = wrong;
    throw new FatalError(
      'config_invalid',
      `${first?.check}: ${first?.fix ?? 'it cannot be used.'} Nothing was written; --unchecked writes it all the same.`,
      { field: flag },
    );
  }
  return (await questions.choose(
    `after-${flag}`,
    'That did not work. What now?',
    [
      { value: 'again', label: 'Type it again' },
      { value: 'check', label: 'I have mended it: check once more' },
      { value: 'done', label: 'Keep it all the same' },
      { value: 'skip', label: skip },
    ],
    'again',
  )) as Next;
}
