import { z } from 'zod';
import { agentUnknown, Character } from '../core/character.js';
import { characterOf } from '../definitions/definition.js';
import { masked } from '../definitions/kept-secrets.js';
import { FatalError } from '../errors.js';
import { authorIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id } from './shapes.js';

const Problem = z.object({
  agentId: z.string().nullable(),
  field: z.string().nullable(),
  message: z.string(),
});
export const OneAgent = z.strictObject({ agentId: id });
/** Agents are the hub's own, whoever talks to them: no tenant's and no person's. */
export const ofHub = { tenant: 'default', userId: '' };
export const concerns = ({ agentId }: { agentId: string }) => ({ agentId, ...ofHub });
export const unknown = { of: ({ agentId }: { agentId: string }) => agentUnknown(agentId) };
export const audit = ({ agentId }: { agentId: string }) => ({ agentId });
/** As a character is shown, masks are in the place of secrets that came with its definition. */
const ShownCharacter = Character.extend({
  connectors: z.record(z.string(), z.record(z.string(), z.unknown())),
});

export const listAgents = defineOperation({
  name: 'agents.list',
  about: 'the running agents, and what is wrong with definitions',
  permission: 'agents.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    agents: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        models: z.array(z.string()),
        plugins: z.array(z.string()),
        connectors: z.array(z.string()),
      }),
    ),
    problems: z.array(Problem),
  }),
  concerns: () => ofHub,
  partly: true,
  async run(_input, { agents, sees, seesPart }) {
    const seen = agents.list().filter(({ id }) => seesPart(concerns({ agentId: id })));
    return {
      agents: seen.map((agent) => ({
        ...{ id: agent.id, name: agent.character.name, models: agents.models(agent) },
        ...{ plugins: agent.character.plugins, connectors: agents.connectors(agent) },
      })),
      problems: agents
        .problems()
        .filter(({ agentId }) => (agentId === null ? sees({}) : seesPart(concerns({ agentId })))),
    };
  },
});

export const showAgent = defineOperation({
  name: 'agents.show',
  about:
    'the definition of an agent, as it is in force and as it is kept; secrets are references there, or masked',
  permission: 'agents.read',
  reads: true,
  input: OneAgent,
  output: z.object({
    id: z.string(),
    /** In force; null: the definition in the store cannot be used, and `problems` says why. */
    character: ShownCharacter.nullable(),
    models: z.array(z.string()),
    problems: z.array(Problem),
    definedBy: z.enum(['file', 'store']),
    /** Of the definition in the store, whether or not a file counts in its place; null: there is none. */
    version: z.number().nullable(),
    overridesFile: z.boolean(),
    definition: z.record(z.string(), z.unknown()).nullable(),
  }),
  concerns,
  partly: true,
  unknown,
  audit,
  async run({ agentId }, parts) {
    const { agents, definitions } = parts;
    const stored = await definitions.find(agentId);
    const agent = agents.list().find(({ id }) => id === agentId);
    if (!stored && !agent) throw agentUnknown(agentId);
    const { version = null, overridesFile = false, definition = null } = stored ?? {};
    return {
      id: agentId,
      character: (await shownCharacter(agentId, parts)) as z.input<typeof ShownCharacter> | null,
      models: agent ? agents.models(agent) : [],
      problems: agents.problems().filter((problem) => problem.agentId === agentId),
      ...{ definedBy: agents.isStored(agentId) ? ('store' as const) : ('file' as const) },
      ...{ version, overridesFile, definition },
    };
  },
});

/** What an agent is, with masks for secrets that came with its definition; null: it cannot be used. */
export async function shownCharacter(
  agentId: string,
  { agents, definitions }: Pick<OperationParts, 'agents' | 'definitions'>,
): Promise<Record<string, unknown> | null> {
  const written = await definitions.written(agentId);
  const agent = agents.list().find(({ id }) => id === agentId);
  if (!written || (agent && !agents.isStored(agentId))) return agent ? agent.character : null;
  const read = characterOf(written);
  return agent && 'character' in read ? masked(agentId, read.character) : null;
}

export const checkAgent = defineOperation({
  name: 'agents.check',
  about:
    'look at all that an agent names with the eyes of its platforms and providers, or at a change before it is made',
  permission: 'agents.read',
  reads: true,
  input: OneAgent.extend({
    definition: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'fields that are to change, as agents.change takes them: only these are looked at, nothing is stored',
      ),
  }),
  output: z.object({
    ok: z.boolean(),
    findings: z.array(z.object({ check: z.string(), ok: z.boolean(), fix: z.string().optional() })),
  }),
  concerns,
  partly: true,
  unknown,
  audit,
  async run({ agentId, definition }, { agents, definitions, principal }) {
    if (definition) return foundBy(() => definitions.check(agentId, definition, authorIn(principal)));
    const agent = agents.get(agentId);
    const findings = await agents.check(agent);
    return { ok: findings.every(({ ok }) => ok), findings };
  },
});

/** @throws what is wrong with the hub, and not with what is looked at */
async function foundBy(check: () => Promise<void>) {
  try {
    await check();
    return { ok: true, findings: [] };
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    return { ok: false, findings: [{ check: error.field ?? 'definition', ok: false, fix: error.message }] };
  }
}
