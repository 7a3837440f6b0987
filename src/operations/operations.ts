/** All operations, and the one way to call them: check, authorise, run, check again, write down. */
import type { z } from 'zod';
import { authorise, authorisePart, type Principal } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { newId } from '../core/ids.js';
import { asCarrierError, FatalError } from '../errors.js';
import { doneEvent } from '../governance/event.js';
import type { Logger } from '../logger.js';
import { problemsOf, problemText, sentence } from '../problems.js';
import { redact } from '../redaction.js';
import type { AuditRow } from '../store/audit-log.js';
import { confirmLink, enterLink, linkAccounts, showPerson, startLink, unlinkAccount } from './accounts.js';
import { checkAgent, listAgents, showAgent } from './agents.js';
import { decideApproval, listApprovals, showApproval } from './approvals.js';
import { exportAudit, listAudit, verifyAudit } from './audit.js';
import { listConnectors, testConnector } from './connectors.js';
import {
  agentVersions,
  changeAgent,
  createAgent,
  diffAgent,
  exportAgent,
  removeAgent,
  replaceAgent,
  rollBackAgent,
} from './definitions.js';
import { dropDelivery, listDeliveries, sendAgain, sendAllAgain } from './deliveries.js';
import { addDocument, getDocument, listDocuments, removeDocument, rereadDocument } from './documents.js';
import { embeddingsStatus } from './embeddings.js';
import { encryptionStatus, rotateEncryption } from './encryption.js';
import { erasePerson, exportPerson, previewErasure } from './erasure.js';
import { listEvents } from './events.js';
import { correctFact, listFacts, removeFact } from './facts.js';
import { searchMemories } from './found-memories.js';
import { showHealth } from './health.js';
import {
  approveLesson,
  listLessons,
  proposeLesson,
  rejectLesson,
  removeLesson,
  showLesson,
} from './lessons.js';
import { forgetMemories, previewMemories } from './memories.js';
import { postMessage } from './messages.js';
import { namedIn } from './named.js';
import type { Operation, OperationParts } from './operation.js';
import { ownRooms } from './own-rooms.js';
import { approvePairing, listPairings, listPlaces, revokePairing } from './pairings.js';
import { forgetPerson } from './people.js';
import { acceptTool, explainPolicy, listTools, showPolicy } from './policy.js';
import { turnPrompt } from './prompts.js';
import { recallMemories } from './recall.js';
import { retentionReport } from './retention.js';
import { giveRole, listRoles, takeRole } from './roles.js';
import { chooseModel, forgetRoom, listRooms, renewRoom, roomMessages, roomStatus } from './rooms.js';
import { addSchedule, changeSchedule, listSchedules, removeSchedule, showSchedule } from './schedules.js';
import { listScores, rateTurn } from './scores.js';
import { listSecrets, removeSecret, rotateSecret, setSecret } from './secrets.js';
import { consoleLink, endSession, listSessions, ownConsoleLink } from './sign-ins.js';
import { listModels, listServers } from './sources.js';
import { roomSummary } from './summaries.js';
import { listSwitches, pauseSwitch, resumeSwitch } from './switches.js';
import { answerRoom, handBack, listNotes, noteRoom, showHold, takeOver } from './takeovers.js';
import { listTasks, pauseTask, resumeTask, showTask, stopTask } from './tasks.js';
import { issueToken, listTokens, revokeToken } from './tokens.js';
import { addTool, changeTool, importTool, registeredTools, removeTool, showTool } from './tools.js';
import { listTurns, resumeTurn, runAgain, showTurn, stopTurn } from './turns.js';
import { listUsage } from './usage.js';

export const operations = [
  ...[listAgents, showAgent, checkAgent, listPairings, approvePairing, revokePairing],
  ...[listTokens, issueToken, revokeToken, listSecrets, setSecret, rotateSecret, removeSecret],
  ...[listRooms, roomMessages, forgetRoom, roomStatus, roomSummary, renewRoom, chooseModel],
  ...[listFacts, correctFact, removeFact],
  ...[listTurns, showTurn, stopTurn, runAgain, resumeTurn],
  ...[listSchedules, showSchedule, addSchedule, changeSchedule, removeSchedule, postMessage],
  ...[listApprovals, showApproval, decideApproval],
  ...[listTasks, showTask, pauseTask, resumeTask, stopTask],
  ...[listSwitches, pauseSwitch, resumeSwitch, listUsage],
  ...[listDocuments, addDocument, getDocument, removeDocument, rereadDocument],
  ...[listDeliveries, sendAgain, sendAllAgain, dropDelivery],
  ...[forgetPerson, previewMemories, forgetMemories, showHealth, embeddingsStatus],
  ...[listAudit, exportAudit, verifyAudit],
  ...[showPerson, startLink, enterLink, confirmLink, linkAccounts, unlinkAccount],
  ...[exportPerson, previewErasure, erasePerson, retentionReport],
  ...[listRoles, giveRole, takeRole],
  ...[showPolicy, explainPolicy, listTools, acceptTool],
  ...[listEvents, listPlaces, searchMemories, turnPrompt],
  ...[addTool, registeredTools, showTool, changeTool, removeTool, importTool],
  ...[encryptionStatus, rotateEncryption],
  ...[
    listScores,
    rateTurn,
    listLessons,
    showLesson,
    proposeLesson,
    approveLesson,
    rejectLesson,
    removeLesson,
  ],
  ...[takeOver, handBack, answerRoom, showHold, noteRoom, listNotes],
  recallMemories,
  ...[
    createAgent,
    replaceAgent,
    changeAgent,
    removeAgent,
    agentVersions,
    diffAgent,
    rollBackAgent,
    exportAgent,
  ],
  ...[consoleLink, ownConsoleLink, listSessions, endSession],
  ownRooms,
  ...[listConnectors, testConnector, listServers, listModels],
] as const;

type All = (typeof operations)[number];
export type OperationName = All['name'];
type Named<Name extends OperationName> = Extract<All, { name: Name }>;
export type InputOf<Name extends OperationName> = z.input<Named<Name>['input']>;
export type OutputOf<Name extends OperationName> = z.output<Named<Name>['output']>;

/** What those who carry requests here see. */
export interface Caller {
  /**
   * Checks the input whatever its type says, so a request's may be given as it came.
   * @param address where the request came from, for the audit row.
   * @throws FatalError `invalid_field` with all that is wrong, `permission_denied`, and what the operation throws.
   */
  call<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
    principal: Principal,
    address?: string,
  ): Promise<OutputOf<Name>>;
}

export class Operations implements Caller {
  readonly #parts: OperationParts;
  readonly #log: Pick<Logger, 'error'>;

  constructor(parts: OperationParts, log: Pick<Logger, 'error'>) {
    this.#parts = parts;
    this.#log = log;
  }

  async call<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
    principal: Principal,
    address?: string,
  ): Promise<OutputOf<Name>> {
    const operation = operations.find((known) => known.name === name) as Operation | undefined;
    if (!operation) throw new FatalError('not_found', `There is no operation "${name}".`);
    const row = {
      ...{ operation: name, principal: namedIn(principal), target: {} },
      ...originOf(principal, address),
    };
    let checked: unknown;
    try {
      checked = parsed(operation.input, input);
      row.target = operation.audit?.(checked) ?? {};
      const resource = (await operation.concerns?.(checked, { ...this.#parts, principal })) ?? {};
      const isAllowed = operation.partly ? authorisePart : authorise;
      if (!isAllowed(principal, operation.permission, resource)) throw denied(operation);
      const sees = (seen: Resource) => authorise(principal, operation.permission, seen);
      const seesPart = (seen: Resource) => authorisePart(principal, operation.permission, seen);
      const output = await operation.run(checked, { ...this.#parts, principal, sees, seesPart });
      const shown = operation.output.parse(output) as OutputOf<Name>;
      if (!operation.reads) this.#parts.events.add(doneEvent(name, resource));
      await this.#write({ ...row, outcome: 'done' });
      return shown;
    } catch (thrown) {
      const { code: error, field } = asCarrierError(thrown);
      await this.#write({ ...row, outcome: error === 'permission_denied' ? 'denied' : 'failed', error });
      const { unknown } = operation;
      const isUnseen = error === 'permission_denied' && field === undefined;
      if (!isUnseen || !unknown || !authorisePart(principal, operation.permission, {})) throw thrown;
      if ('of' in unknown) throw unknown.of(checked);
      throw new FatalError('not_found', unknown.message, { field: unknown.field });
    }
  }

  /** What was done is done: that it could not be written down is told in the log, and no answer is held back for it. */
  async #write(what: Omit<AuditRow, 'id' | 'at'>): Promise<void> {
    // Whoever writes a secret where an id belongs has it in no row.
    const target = JSON.parse(JSON.stringify(what.target), (_, value) =>
      typeof value === 'string' ? redact(value) : value,
    );
    const row = { id: newId(), at: Date.now(), ...what, target };
    await this.#parts.store.audit
      .append(row)
      .catch((err: unknown) => this.#log.error({ err, row }, 'an operation could not be written down'));
  }
}

/** Where a call came from, as audit rows say it. */
function originOf(principal: Principal, address?: string): Pick<AuditRow, 'from'> {
  if (principal.kind !== 'person') return address === undefined ? {} : { from: { address } };
  const { connector, roomId } = principal;
  return { from: { connector, roomId } };
}

function denied({ permission }: Operation): FatalError {
  return new FatalError('permission_denied', `Whoever asks may not do this (${permission}).`);
}

function parsed(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const problems = problemsOf(result.error, schema);
  throw new FatalError('invalid_field', sentence(problemText(problems)), {
    field: problems[0]?.field || undefined,
  });
}
