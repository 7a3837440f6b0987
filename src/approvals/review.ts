/** Whether a call that was approved is still the one that was, and whether those who approved it still may. */
import { isAtLeast } from '../access/role.js';
import type { Approval, AskedCall } from './approval.js';
import type { Review } from './asking.js';
import type { Deciders } from './deciders.js';
import { partsOf } from './digest.js';

const names = { tool: 'the tool', arguments: 'the arguments', bound: 'what the call names' } as const;

export async function reviewed(
  approval: Approval,
  call: AskedCall,
  deciders: Pick<Deciders, 'roleNow' | 'count' | 'isRequester'>,
): Promise<Review> {
  const { state, parts, votes, terms } = approval;
  if (state !== 'approved') return { kind: 'again', why: `it is ${state}, not approved` };
  const now = partsOf(call);
  const differs = (Object.keys(names) as (keyof typeof names)[]).filter((part) => parts[part] !== now[part]);
  if (differs.length > 0) {
    const what = differs.map((part) => names[part]).join(' and ');
    return { kind: 'again', why: `${what} changed since it was approved` };
  }
  const held = await Promise.all(
    votes.map(async (vote) => ({ vote, role: await deciders.roleNow(approval, vote) })),
  );
  const still = held.filter(({ role }) => isAtLeast(role, terms.role));
  if ((await deciders.count(still.map(({ vote }) => vote))) < terms.people) {
    const gone = held.filter(({ role }) => !isAtLeast(role, terms.role)).map(({ vote }) => vote.name);
    return { kind: 'refused', why: `${gone.join(' and ')} approved it and may not any more` };
  }
  const wanted = call.terms;
  const enough = still.filter(({ role }) => isAtLeast(role, wanted.role)).map(({ vote }) => vote);
  const others = wanted.fourEyes ? await without(approval, enough, deciders) : enough;
  if ((await deciders.count(others)) < wanted.people)
    return { kind: 'again', why: 'more is asked for now than when it was approved' };
  return { kind: 'run' };
}

/** Linked meanwhile, somebody may be whoever asked. */
async function without(
  approval: Approval,
  votes: Approval['votes'],
  deciders: Pick<Deciders, 'isRequester'>,
): Promise<Approval['votes']> {
  const own = await Promise.all(votes.map((vote) => deciders.isRequester(approval, vote)));
  return votes.filter((_, at) => !own[at]);
}
