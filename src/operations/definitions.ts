/** Definitions of agents in the store: made, changed and taken away while the hub runs. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ShownDefinition } from '../definitions/agent-definitions.js';
import type { Precondition } from '../definitions/versions.js';
import { FatalError } from '../errors.js';
import { audit, concerns, OneAgent, shownCharacter, unknown } from './agents.js';
import { authorIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant } from './shapes.js';

const Definition = z
  .record(z.string(), z.unknown())
  .describe('as a character file has it; a secret may stand in the place of a reference to one');
const number = z.coerce.number().int().min(1);
const ifVersion = z
  .union([z.literal('*'), z.array(number), number])
  .transform((said) => (typeof said === 'number' ? [said] : said))
  .optional()
  .describe('only where one of these versions counts still, as If-Match; *: whichever it is');
const comment = z.string().trim().min(1).max(500).optional();
const overridesFile = z.boolean().describe('whether it takes the place of a character file of the same id');
const Defined = z.object({
  ...{ id: z.string(), version: z.number(), overridesFile: z.boolean() },
  definition: z.record(z.string(), z.unknown()),
  /** False: a character file counts in its place. */
  inForce: z.boolean(),
});
const changing = { permission: 'agents.change', concerns, unknown, audit } as const;
const reading = { permission: 'agents.read', reads: true, concerns, partly: true, unknown, audit } as const;

export const createAgent = defineOperation({
  name: 'agents.create',
  about: 'define a new agent in the store',
  permission: 'agents.change',
  input: z.strictObject({ id, definition: Definition, overridesFile: overridesFile.default(false), comment }),
  output: Defined,
  audit: (input) => ({ agentId: input.id }),
  run: async ({ id, ...said }, parts) =>
    shown(await parts.definitions.create(id, said, authorIn(parts.principal)), parts),
});

/** What `agents.show` gives may be sent back as it came. */
const shownFields = {
  ...{ id: id.optional(), version: number.nullish(), character: z.unknown().optional() },
  ...{ models: z.unknown().optional(), problems: z.unknown().optional() },
  ...{ definedBy: z.unknown().optional(), inForce: z.unknown().optional() },
};

export const replaceAgent = defineOperation({
  name: 'agents.replace',
  ...changing,
  about: 'replace the definition of an agent in the store; the version that is replaced must be said',
  input: OneAgent.extend({
    ...{ definition: Definition, overridesFile: overridesFile.optional(), comment, ifVersion },
    ...shownFields,
  }),
  output: Defined,
  async run({ agentId, definition, version, ifVersion, character, ...said }, parts) {
    if (said.id !== undefined && said.id !== agentId)
      throw invalid('id', `"${said.id}" is another agent than "${agentId}"; an id does not change`);
    const precondition = both(ifVersion, version ?? undefined);
    await requireStored(agentId, parts);
    const writing = { definition, ifVersion: precondition, ...said };
    // Whoever is late is told so first.
    const isLate = Array.isArray(precondition) && !precondition.includes(await versionOf(agentId, parts));
    if (!isLate && character != null && !(await isShown(character, agentId, parts)))
      throw invalid('character', 'is made from the definition; change that');
    return shown(await parts.definitions.replace(agentId, writing, authorIn(parts.principal)), parts);
  },
});

export const changeAgent = defineOperation({
  name: 'agents.change',
  ...changing,
  about: 'change fields of the definition of an agent in the store (JSON Merge Patch)',
  input: OneAgent.extend({
    definition: Definition.optional().describe('fields that change; null takes one away'),
    ...{ overridesFile: overridesFile.optional(), comment, ifVersion },
  }),
  output: Defined,
  async run({ agentId, definition: patch, ...said }, parts) {
    await requireStored(agentId, parts);
    return shown(
      await parts.definitions.change(agentId, { patch, ...said }, authorIn(parts.principal)),
      parts,
    );
  },
});

export const removeAgent = defineOperation({
  name: 'agents.remove',
  ...changing,
  about: 'take an agent out of the store, with the secrets of its definition; what was said to it stays',
  input: OneAgent.extend({ ifVersion }),
  output: z.object({ id: z.string() }),
  async run({ agentId, ifVersion }, parts) {
    await requireStored(agentId, parts);
    await parts.definitions.remove(agentId, ifVersion, authorIn(parts.principal).by);
    return { id: agentId };
  },
});

export const agentVersions = defineOperation({
  name: 'agents.versions',
  ...reading,
  about: 'the versions of a definition in the store that are kept, the newest first',
  input: OneAgent,
  output: z.object({
    versions: z.array(
      z.object({
        ...{ number: z.number(), at: instant, by: z.string(), comment: z.string().optional() },
        active: z.boolean(),
      }),
    ),
  }),
  async run({ agentId }, parts) {
    return { versions: await parts.definitions.versions(agentId) };
  },
});

export const diffAgent = defineOperation({
  name: 'agents.diff',
  ...reading,
  about: 'what differs between two versions of a definition; usually the one in force and the one before',
  input: OneAgent.extend({ from: number.optional(), to: number.optional() }),
  output: z.object({
    ...{ from: z.number(), to: z.number() },
    /** Absent: it is not there in that version. */
    differences: z.array(
      z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }),
    ),
  }),
  run: ({ agentId, ...between }, { definitions }) => definitions.diff(agentId, between),
});

export const rollBackAgent = defineOperation({
  name: 'agents.rollBack',
  ...changing,
  about:
    'make an earlier version of a definition count again, as a new one; also of an agent that was removed',
  input: OneAgent.extend({ to: number, comment, ifVersion }),
  output: Defined,
  // One that is there no more is made anew.
  concerns: async (input, { definitions }) =>
    (await definitions.isRemoved(input.agentId)) ? {} : concerns(input),
  run: async ({ agentId, ...said }, parts) =>
    shown(await parts.definitions.rollBack(agentId, said, authorIn(parts.principal)), parts),
});

export const exportAgent = defineOperation({
  name: 'agents.export',
  ...reading,
  about: 'a definition as a character file has it; secrets are references',
  input: OneAgent,
  output: z.object({ id: z.string(), file: z.record(z.string(), z.unknown()) }),
  async run({ agentId }, { agents, definitions }) {
    const file = (await definitions.written(agentId)) ?? agents.writtenInFile(agentId);
    return { id: agentId, file: file ?? (agents.get(agentId).character as Record<string, unknown>) };
  },
});

function shown(defined: ShownDefinition, { agents }: OperationParts) {
  return { ...defined, inForce: agents.isStored(defined.id) };
}

/** Both must hold. */
function both(ifVersion: Precondition, version: number | undefined): Precondition {
  if (version === undefined) return ifVersion;
  return Array.isArray(ifVersion) ? ifVersion.filter((one) => one === version) : [version];
}

async function versionOf(agentId: string, { definitions }: OperationParts): Promise<number> {
  return (await definitions.find(agentId))?.version ?? 0;
}

async function isShown(character: unknown, agentId: string, parts: OperationParts): Promise<boolean> {
  const now = await shownCharacter(agentId, parts);
  return isDeepStrictEqual(character, JSON.parse(JSON.stringify(now)));
}

/** @throws FatalError `conflict` where a file alone says what the agent is */
async function requireStored(agentId: string, { agents, definitions }: OperationParts): Promise<void> {
  const isFile = agents.list().some(({ id }) => id === agentId) && !agents.isStored(agentId);
  if (!isFile || (await definitions.find(agentId))) return;
  throw new FatalError(
    'conflict',
    `The agent "${agentId}" is what its character file says: change that, or make a definition that takes its place: POST /agents with "overridesFile": true.`,
    { field: 'agentId' },
  );
}

function invalid(field: string, problem: string): FatalError {
  return new FatalError('invalid_field', `${field}: ${problem}.`, { field });
}
