/** Calls of tools in the audit log: who they were made for, which tool, which rule, how they ended; never what was in them. */
import { createHash } from 'node:crypto';
import { newId } from '../core/ids.js';
import type { Logger } from '../logger.js';
import type { TurnContext } from '../plugin/plugin.js';
import type { AuditLog, AuditRow } from '../store/audit-log.js';

export interface AuditedCall {
  /** The tool's key; of one that there is not, what the model called it. */
  tool: string;
  callId: string;
  /** As the model wrote them; only their digest is written down. */
  arguments: string;
  /** What decided; absent: it came to no decision. */
  rule?: string;
  /** People have approved it. */
  approved?: boolean;
  outcome: AuditRow['outcome'];
  /** Why it was not done, in one word. */
  error?: string;
}

export class CallAudit {
  readonly #audit: Pick<AuditLog, 'append'>;
  readonly #log: Pick<Logger, 'error'>;

  constructor(audit: Pick<AuditLog, 'append'>, log: Pick<Logger, 'error'>) {
    this.#audit = audit;
    this.#log = log;
  }

  /** Never rejects: what was done is done. */
  async write(call: AuditedCall, { agent, roomId, turnId, user, messages }: TurnContext): Promise<void> {
    const { connector, tenant } = messages[0]!.source;
    const { tool, callId, rule, approved, outcome, error } = call;
    const row: AuditRow = {
      ...{ id: newId(), at: Date.now(), operation: 'tools.call' },
      principal: { kind: 'person', name: user.id, tenant, connector, agentId: agent.id },
      target: {
        ...{ tool: tool.slice(0, 200), turnId, callId: callId.slice(0, 200) },
        arguments: createHash('sha256').update(call.arguments).digest('hex'),
        ...(rule !== undefined && { rule }),
        ...(approved && { approved }),
      },
      from: { connector, roomId },
      ...{ outcome, ...(error && { error }) },
    };
    await this.#audit
      .append(row)
      .catch((err: unknown) => this.#log.error({ err, row }, 'a call could not be written down'));
  }
}
