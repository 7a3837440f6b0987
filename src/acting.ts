/** What agents do besides answering, put together: calls that are asked for, tasks, and what they do later. */
import type { Access } from './access/access.js';
import type { Tokens } from './access/tokens.js';
import type { Approvals } from './approvals/approvals.js';
import { approvalsOn } from './approvals/approvals-on.js';
import type { Checks } from './checks/checks.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { ShareOf } from './core/share.js';
import type { Engines } from './engines.js';
import type { Buttons } from './intake/buttons.js';
import type { Notices } from './intake/notices.js';
import type { Logger } from './logger.js';
import type { DueSchedules } from './schedules/due.js';
import type { Schedules } from './schedules/schedules.js';
import { schedulesOn } from './schedules/schedules-on.js';
import type { HeldDecisions } from './store/held-decisions.js';
import type { HeldRooms } from './takeover/held-rooms.js';
import type { Tasks } from './tasks/tasks.js';
import { tasksOn } from './tasks/tasks-on.js';

interface Parts {
  config: Config;
  engines: Pick<Engines, 'store' | 'bus' | 'turnQueue' | 'deliveryQueue'>;
  access: Access;
  tokens: Tokens;
  notices: Notices;
  buttons: Buttons;
  held: HeldDecisions;
  heldRooms: Pick<HeldRooms, 'of' | 'onChange'>;
  checks: Checks;
  shareOf: ShareOf;
  /** Undefined: it does not run, now. */
  agent(id: string): Agent | undefined;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Acting {
  approvals: Approvals;
  tasks: Tasks;
  schedules: Schedules;
  due: DueSchedules;
}

export function actingOn({ config, engines, access, tokens, held, checks, ...parts }: Parts): Acting {
  const { notices, buttons, agent, shareOf, now, log } = parts;
  const { retentionDays } = config;
  const common = { ...engines, agent, shareOf, now, log };
  const approvals = approvalsOn({
    ...{ ...common, held, access, tokens, notices, buttons },
    ...{ waitMs: config.turns.waitMs, retentionDays },
  });
  const { heldRooms } = parts;
  const tasks = tasksOn({ ...common, notices, approvals, heldRooms, limits: config.tasks, retentionDays });
  const { requesters } = access;
  return {
    approvals,
    tasks,
    ...schedulesOn({ ...common, requesters, tokens, checks, heldRooms }),
  };
}
