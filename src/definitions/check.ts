/** What a definition must be before it is stored. */
import { isDeepStrictEqual } from 'node:util';
import { AgentId, reservedIds } from '../core/character.js';
import type { Reach } from '../core/reach.js';
import { FatalError } from '../errors.js';
import { sentence } from '../problems.js';
import type { BehaviourTests } from './behaviour-tests.js';
import { characterOf, type Definition } from './definition.js';
import { exposed, othersSecrets } from './kept-secrets.js';
import { isDeeperThan } from './merge-patch.js';
import { outOfReach } from './reach.js';

/** Of one definition as JSON text. */
const mostBytes = 131_072;
const mostDepth = 30;

export interface CheckParts {
  /** What definitions may reach on this machine. */
  may: ReadonlySet<Reach>;
  /** Whether whoever writes it may name any secret of the hub, and not those of this agent alone. */
  mayNameSecrets: boolean;
  /** Null: no agent is tested before it goes live. */
  tests: BehaviourTests | null;
}

/** @throws FatalError `invalid_field` */
export function checkId(id: string): void {
  const refuse = (problem: string) => invalid(`"${id}" cannot be an agent's id: ${problem}`, 'id');
  if (!AgentId.safeParse(id).success)
    throw refuse('it has 1 to 64 characters, a-z, 0-9, "-" and "_", and begins with a letter or a digit');
  if (reservedIds.has(id)) throw refuse(`the hub has routes of that name; try "${id}-agent"`);
}

/** @throws FatalError `invalid_field` */
export function checkDepth(value: unknown): void {
  if (isDeeperThan(value, mostDepth))
    throw invalid(`The definition is nested more than ${mostDepth} deep`, 'definition');
}

/**
 * @param definition with references in the place of its secrets
 * @param before what counts now; empty: nothing does
 * @throws FatalError `invalid_field`, `permission_denied`, `tests_failed`
 */
export async function checkDefinition(
  id: string,
  definition: Definition,
  before: Definition,
  { may, mayNameSecrets, tests }: CheckParts,
): Promise<void> {
  if (Buffer.byteLength(JSON.stringify(definition)) > mostBytes)
    throw invalid(
      `The definition is larger than ${mostBytes / 1024} KiB; a character is a short text`,
      'definition',
    );
  const read = characterOf(definition);
  if ('problem' in read) throw invalid(read.problem.message, read.problem.field ?? 'definition');
  const exposedIn = exposed(definition);
  if (exposedIn !== null)
    throw invalid(
      `${exposedIn}: has what looks like a secret; keep it with "carrier secrets set NAME", and name it as secret:NAME where a secret belongs`,
      exposedIn,
    );
  const beyond = outOfReach(read.character, may);
  if (beyond) throw invalid(beyond.message, beyond.field);
  const [foreign] = othersSecrets(id, definition).filter((one) => !stays(one, id, definition, before));
  if (foreign && !mayNameSecrets)
    throw new FatalError(
      'permission_denied',
      `${foreign.field}: only who may change the secrets of the hub (secrets.change) may name one of them; send the agent's own secret instead.`,
      { field: foreign.field },
    );
  const failures = (await tests?.passFor({ id, character: read.character })) ?? [];
  if (failures.length > 0)
    throw new FatalError('tests_failed', sentence(`Tests have failed: ${failures.join('; ')}`), {
      field: 'definition',
    });
}

/** Where something else of a tool source changes, its secret may go elsewhere. */
function stays(
  { field, reference }: { field: string; reference: string },
  id: string,
  definition: Definition,
  before: Definition,
): boolean {
  const there = othersSecrets(id, before).some((one) => one.field === field && one.reference === reference);
  if (!there || !field.startsWith('toolSources')) return there;
  return isDeepStrictEqual(definition.toolSources, before.toolSources);
}

function invalid(message: string, field: string): FatalError {
  return new FatalError('invalid_field', sentence(message), { field });
}
