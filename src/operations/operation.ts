/**
 * Operation: one thing that an operator, a person or the hub itself may ask for. HTTP, the command line and chat
 * commands carry requests here and do nothing themselves.
 *
 * - **Principal**: who asks. **Resource**: what it concerns. `access/principal.ts` decides by `access/permissions.ts`.
 * - **Audit row**: written for every call, also for those that were denied or failed. It names ids, never what people
 *   said and never a secret's value.
 */

import type { z } from 'zod';
import type { Access } from '../access/access.js';
import type { Question } from '../access/links.js';
import type { Permission } from '../access/permissions.js';
import type { Principal } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import type { Switches } from '../access/switches.js';
import type { Tokens } from '../access/tokens.js';
import type { Approvals } from '../approvals/approvals.js';
import type { BudgetUsage } from '../budgets/usage.js';
import type { EventBus } from '../bus/bus.js';
import type { Checks } from '../checks/checks.js';
import type { Finding } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { ConnectorState } from '../core/connector-state.js';
import type { ModelState } from '../core/model-state.js';
import type { PairedPlace, Pairing, PairingRequest, PlaceRequest } from '../core/pairing.js';
import type { PolicySettings } from '../core/policy-rules.js';
import type { Readiness } from '../core/readiness.js';
import type { Rooms } from '../core/room.js';
import type { ShareOf } from '../core/share.js';
import type { AgentDefinitions } from '../definitions/agent-definitions.js';
import type { FatalError } from '../errors.js';
import type { Lessons } from '../evaluation/lessons.js';
import type { Opinions } from '../evaluation/opinions.js';
import type { Scores } from '../evaluation/scores.js';
import type { EventLog } from '../governance/event-log.js';
import type { Governing } from '../governance/governing.js';
import type { Conversations } from '../memory/conversation/conversations.js';
import type { Embedding } from '../memory/embedding.js';
import type { KnownFacts } from '../memory/facts/facts-on.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import type { Knowledge } from '../memory/knowledge/knowledge.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Schedules } from '../schedules/schedules.js';
import type { HeldDecisions } from '../store/held-decisions.js';
import type { Store } from '../store/store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { Takeovers } from '../takeover/takeovers.js';
import type { Tasks } from '../tasks/tasks.js';
import type { AcceptedTools } from '../tools/accepted.js';
import type { HttpTools } from '../tools/http/tools.js';
import type { Policy } from '../tools/policy/policy.js';
import type { OfferedTool } from '../tools/tool.js';
import type { NamedSourceState } from '../tools/tool-source.js';

interface AgentProblem {
  /** Null where it concerns no agent, such as the folder. */
  agentId: string | null;
  field: string | null;
  message: string;
}

/** The running agents, as operations see them. */
export interface AgentDesk {
  list(): Agent[];
  problems(): AgentProblem[];
  /** Throws `agent_unknown`. */
  get(agentId: string): Agent;
  /** Whether it is as a definition in the store says, and not a file. */
  isStored(agentId: string): boolean;
  /** What its character file says, without defaults; null: it has none that is good. */
  writtenInFile(agentId: string): Record<string, unknown> | null;
  /** The chain of models, in order. */
  models(agent: Agent): string[];
  /** Names of the connectors that run and are its own. */
  connectors(agent: Agent): string[];
  /** In the order in which they are asked. */
  modelStates(agent: Agent): Promise<ModelState[]>;
  /** In this process. */
  connectorStates(): ConnectorState[];
  /** What the platform says of one now. Throws `not_found` where the agent is not there. */
  testConnector(agent: Agent, connector: string): Promise<Finding[]>;
  /** What is known to be wrong with it, and what its platforms and providers say of it now. */
  check(agent: Agent): Promise<Finding[]>;
}

interface PairingDesk {
  list(): Promise<{ requests: PairingRequest[]; pairings: Pairing[] }>;
  /** Who asked for this code. `within`: and asked for it there. */
  asked(code: string, within?: Pick<Pairing, 'agentId' | 'connector'>): Promise<PairingRequest | null>;
  get(pairing: string): Promise<Pairing | null>;
  /** `within`: only a code that was asked for there. Throws `pairing_unknown`, as `revoke` does. */
  approve(code: string, within?: Pick<Pairing, 'agentId' | 'connector'>): Promise<Pairing>;
  revoke(pairing: string): Promise<Pairing>;
}

interface PlaceDesk {
  list(): Promise<{ placeRequests: PlaceRequest[]; places: PairedPlace[] }>;
  /** What this code was asked for. `within`: and was asked for there. */
  asked(code: string, within?: Pick<PairedPlace, 'agentId' | 'connector'>): Promise<PlaceRequest | null>;
  get(pairing: string): Promise<PairedPlace | null>;
  /** Throws `pairing_unknown`. */
  approve(code: string): Promise<PairedPlace>;
  /** Null: no such place is let in. */
  revoke(pairing: string): Promise<PairedPlace | null>;
}

/** Secrets by name. Values go in and never come out. */
export interface SecretVault {
  list(): Promise<{ name: string; setAt: number }[]>;
  set(name: string, value: string): Promise<void>;
  rotate(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Tells people of their links, where they write. */
export interface LinkDesk {
  /** Asks the account that was given the code. */
  ask(question: Question): Promise<void>;
  /** Tells the account that has typed it. */
  answered(question: Question, linked: boolean): Promise<void>;
}

/** The tools of running agents, and what is allowed of them. */
export interface ToolDesk {
  /** All that an agent's plugins and sources bring, also what it may not use. */
  known(agent: Agent): Promise<readonly OfferedTool[]>;
  /** How the servers and other sources that it names are, in this process. */
  sources(agent: Agent): Promise<NamedSourceState[]>;
  policyOf(agent: Agent): Policy;
  isAccepted(agent: Agent, tool: OfferedTool): Promise<boolean>;
  accepted: Pick<AcceptedTools, 'get' | 'accept'>;
  /** Of the hub's settings. */
  settings: PolicySettings;
}

export interface OperationParts extends Access {
  store: Store;
  facts: KnownFacts;
  /** What is held of people, for themselves and to be erased. */
  governing: Governing;
  forgetting: Pick<Forgetting, 'preview' | 'confirm' | 'whoseIs' | 'lastShown' | 'remove' | 'forget'>;
  bus: EventBus;
  turnQueue: RoomQueue;
  shareOf: ShareOf;
  deliveryQueue: RoomQueue;
  rooms: Rooms;
  summaries: Pick<Conversations, 'read'>;
  agents: AgentDesk;
  pairings: PairingDesk;
  places: PlaceDesk;
  linking: LinkDesk;
  switches: Pick<Switches, 'look' | 'list' | 'pause' | 'resume' | 'isPerson'>;
  embeddings: Pick<Embedding, 'states'>;
  /** What models have cost. */
  usage: Pick<BudgetUsage, 'list'>;
  /** Decisions that wait until tools may run again. */
  held: Pick<HeldDecisions, 'hold' | 'has'>;
  checks: Pick<Checks, 'on'>;
  /** Unix ms. */
  now(): number;
  events: Pick<EventLog, 'add' | 'read'>;
  schedules: Pick<Schedules, 'add' | 'get' | 'list' | 'change' | 'remove' | 'whenOf'>;
  approvals: Pick<
    Approvals,
    'get' | 'list' | 'ofTurn' | 'decide' | 'missing' | 'require' | 'stopped' | 'withdrawn' | 'forgotten'
  >;
  tasks: Pick<Tasks, 'get' | 'list' | 'halt' | 'resume' | 'forgotten'>;
  heldRooms: Pick<HeldRooms, 'exactly' | 'of'>;
  takeovers: Pick<
    Takeovers,
    'take' | 'handBack' | 'unanswered' | 'answerNow' | 'answer' | 'drafts' | 'note' | 'notes'
  >;
  /** Null: this hub keeps none. */
  secrets: SecretVault | null;
  tokens: Tokens;
  tools: ToolDesk;
  definitions: Pick<
    AgentDefinitions,
    | 'check'
    | 'find'
    | 'isRemoved'
    | 'written'
    | 'create'
    | 'replace'
    | 'change'
    | 'rollBack'
    | 'remove'
    | 'versions'
    | 'diff'
  >;
  httpTools: Pick<HttpTools, 'list' | 'get' | 'add' | 'change' | 'remove' | 'fetch' | 'download'>;
  lessons: Pick<Lessons, 'get' | 'list' | 'propose' | 'decide'>;
  scores: Pick<Scores, 'list'>;
  opinions: Pick<Opinions, 'rate'>;
  knowledge: Pick<Knowledge, 'documents' | 'scopesFor' | 'forgetKept' | 'forgotten'>;
  ready(): Promise<Readiness>;
}

/** Who asks, and what there is to do it with. */
interface Circumstances extends OperationParts {
  principal: Principal;
  /** Whether they hold the operation's permission for this, too: lists show nothing else. */
  sees(resource: Resource): boolean;
  /** Or for some of it. */
  seesPart(resource: Resource): boolean;
}

export interface Operation<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  /** `subject.verb`. */
  readonly name: Name;
  /** What it does: half a sentence, for the docs. */
  readonly about: string;
  readonly permission: Permission;
  readonly input: Input;
  /** Of an input, for the docs; what is left out is made from the schema. */
  readonly example?: Partial<z.input<Input>>;
  /** What is not in it does not leave. */
  readonly output: Output;
  /** It changes nothing. */
  readonly reads?: boolean;
  /** What the audit row says it was done to; absent: nothing in particular. */
  audit?(input: z.output<Input>): Record<string, unknown>;
  /**
   * What it concerns; absent: the whole hub. Whoever asks wrote the input, so claims in it are looked up; what is not
   * there is `{}`.
   */
  concerns?(
    input: z.output<Input>,
    parts: OperationParts & { principal: Principal },
  ): Resource | Promise<Resource>;
  /** Whoever may do it to some of what it concerns may call it; `run` leaves out what they may not see. */
  readonly partly?: boolean;
  /** Said where there is no such thing, and to whoever may not see it: nobody learns which ids there are. */
  readonly unknown?: { message: string; field: string } | { of(input: z.output<Input>): FatalError };
  run(input: z.output<Input>, circumstances: Circumstances): Promise<z.input<Output>>;
}

/** Gives the operation back; it is here for its types. */
export function defineOperation<Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Name, Input, Output>,
): Operation<Name, Input, Output> {
  return operation;
}
