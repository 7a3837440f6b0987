/** What calls of tools stand on, put together: who may make them, how often, and who is told of what. */
import type { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import { harmless } from './core/harmless.js';
import type { ActionRecord } from './core/turn.js';
import type { Engines } from './engines.js';
import type { Notices } from './intake/notices.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';
import { withSummaries } from './memory/conversation/tool.js';
import type { ToolDesk } from './operations/operation.js';
import type { PluginDesk, TurnContext } from './plugin/plugin.js';
import { AbilityLoader } from './runtime/abilities.js';
import type { Takeovers } from './takeover/takeovers.js';
import { withHandover } from './takeover/tool.js';
import type { Tasks } from './tasks/tasks.js';
import { withTasks } from './tasks/tools.js';
import { AcceptedTools, differenceOf, type SeenTool } from './tools/accepted.js';
import { CallAudit } from './tools/call-audit.js';
import { Judge } from './tools/policy/judge.js';
import { Limits } from './tools/policy/limits.js';
import type { OfferedTool } from './tools/tool.js';
import type { ToolSourceDesk, ToolSourceStates } from './tools/tool-source.js';

export interface ToolDeskParts {
  config: Pick<Config, 'policy'>;
  engines: Pick<Engines, 'store' | 'rates'>;
  characters: { get(id: string): Agent | undefined };
  plugins: PluginDesk;
  checks: Checks;
  toolSources: ToolSourceDesk & ToolSourceStates;
  conversations: Pick<Conversations, 'summarise'>;
  notices(): Pick<Notices, 'tell'>;
  tasks(): Tasks;
  /** What agents are offered in its place; absent: itself. */
  tool?: ((tool: OfferedTool) => OfferedTool) | undefined;
  takeovers: Takeovers;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface ToolLoop {
  /** For operations. */
  desk: ToolDesk;
  abilities: AbilityLoader;
  judge: Judge;
  limits: Limits;
  audit: CallAudit;
  /** Tells operators; never rejects. */
  unknown(record: ActionRecord, context: TurnContext): Promise<void>;
}

export function toolDeskOf(parts: ToolDeskParts): ToolLoop {
  const { config, engines, plugins, toolSources, checks, now, log } = parts;
  const { store, rates } = engines;
  const accepted = new AcceptedTools({
    ...{ records: store.records, now, log },
    changed: (tool) => {
      log.warn(
        { agentId: tool.agentId, tool: tool.key },
        'a tool has changed; it is asked for until it is accepted',
      );
      return tellOperators(parts, tool.agentId, changedText(tool), `tool-changed:${tool.key}:${tool.at}`);
    },
  });
  const note = (agentId: string, tools: readonly OfferedTool[]) => accepted.note(agentId, tools);
  const isOutside = (agent: Agent, key: string) => checks.isOutside(agent, key);
  const abilities = new AbilityLoader(
    withHandover(
      withSummaries(withTasks(plugins, parts.tasks, checks), () => parts.conversations),
      () => ({ takeovers: parts.takeovers, tell: (...asked) => tellOfHandover(parts, ...asked) }),
    ),
    toolSources,
    note,
    log,
    isOutside,
    parts.tool,
  );
  const isAccepted = (agentId: string, tool: OfferedTool) => accepted.isAccepted(agentId, tool);
  const judge = new Judge({ settings: config.policy, isAccepted });
  return {
    desk: {
      known: async (agent) => (await abilities.of(agent)).known,
      sources: (agent) => toolSources.states(agent),
      policyOf: (agent) => judge.policyOf(agent),
      isAccepted: (agent, tool) => judge.isAccepted(agent, tool),
      ...{ accepted, settings: config.policy },
    },
    ...{ abilities, judge },
    limits: new Limits(config.policy.limits, rates),
    audit: new CallAudit(store.audit, log),
    unknown({ tool, name, callId }, { agent, turnId }) {
      log.warn({ agentId: agent.id, turnId, tool, callId }, 'nobody knows whether a call took effect');
      const text = [
        `Nobody knows whether a call of ${quoted(tool ?? name)} took effect: it was interrupted while it ran.`,
        `It is not repeated. The turn: \`carrier turns show ${turnId}\``,
      ].join('\n');
      return tellOperators(parts, agent.id, text, `unknown:${turnId}:${callId}`);
    },
  };
}

function tellOfHandover(
  parts: ToolDeskParts,
  { agent, roomId, turnId }: TurnContext,
  reason: string,
): Promise<void> {
  const text = [
    `${agent.character.name} asks for a person in ${quoted(roomId)}: ${quoted(reason)}`,
    `It is silent there until somebody writes \`/handback ${roomId}\`. To answer: \`/answer ${roomId} TEXT\``,
  ].join('\n');
  return tellOperators(parts, agent.id, text, `handover:${turnId}`);
}

/** In the character's room for them, once under this name. */
async function tellOperators(
  { characters, notices, log }: ToolDeskParts,
  agentId: string,
  text: string,
  once: string,
): Promise<void> {
  const room = characters.get(agentId)?.character.operatorsRoom;
  if (!room) return;
  const to = {
    agentId,
    source: { ...room, messageId: once },
    direct: false,
    author: { id: agentId, bot: true },
  };
  await notices()
    .tell(to, { text })
    .catch((err: unknown) => log.error({ err, agentId }, 'operators could not be told of a tool'));
}

function changedText(tool: SeenTool): string {
  return [
    `The tool ${quoted(tool.key)} has changed. It is asked for until somebody accepts it:`,
    ...differenceOf(tool).map((line) => quoted(line)),
    `\`carrier tools accept ${tool.key}\``,
  ].join('\n');
}

const mostChars = 1000;

/** Words of a source, which mean nothing here. */
function quoted(text: string): string {
  const line = harmless(text)
    .replace(/[`\s]+/g, ' ')
    .trim();
  return `\`${line.length > mostChars ? `${line.slice(0, mostChars)}… (${line.length} characters)` : line}\``;
}
