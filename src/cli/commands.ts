import { admitted, named } from './admitted.js';
import { agents } from './agent-commands.js';
import { approvals } from './approval-commands.js';
import { audit } from './audit.js';
import { cells, words } from './cells.js';
import { connectors } from './connector-commands.js';
import { consoleCommand, sessions } from './console-commands.js';
import { embeddings } from './embedder-command.js';
import { encryption } from './encryption-commands.js';
import { facts } from './fact-commands.js';
import { following } from './following-commands.js';
import { knowledge } from './knowledge-commands.js';
import { lessons, scores } from './lesson-commands.js';
import { memories } from './memory-commands.js';
import { more } from './output.js';
import { ofPeople, retention } from './people-commands.js';
import { policyCommands } from './policy-commands.js';
import { rooms, stopping } from './room-commands.js';
import { schedules } from './schedule-commands.js';
import { switches } from './switch-commands.js';
import { tasks } from './task-commands.js';
import { tokenCommands } from './token-commands.js';
import { toolCommands } from './tool-commands.js';
import { type CommandGroup, paged, type Typed, typed } from './typed.js';
import { usageRow } from './usage-row.js';

/** Of whoever looks. */
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const ofAgent: Typed['options'] & {} = [['--agent-id <id>', 'of this agent']];

export const groups: Record<string, CommandGroup> = {
  agents,
  connectors,
  pairing: {
    about: 'let in, or out again, who writes to an agent, and places where groups talk',
    commands: {
      list: typed('pairings.list', {
        about: 'who and what waits with a code, and is let in',
        isDefault: true,
        show({ requests, pairings, placeRequests, places }) {
          const waiting = [
            ...requests.map(({ code, askedAt, ...who }) => `  ${code}  ${admitted(who)}, since ${askedAt}`),
            ...placeRequests.map(
              ({ code, askedAt, askedBy, ...place }) =>
                `  ${code}  ${admitted(place)}, asked for by ${named(askedBy)}, since ${askedAt}`,
            ),
          ];
          const paired = [...pairings, ...places].map(
            ({ pairing, pairedAt, ...who }) => `  ${pairing}  ${admitted(who)}, since ${pairedAt}`,
          );
          if (waiting.length + paired.length === 0) return ['Nobody has asked yet, and nobody is paired.'];
          return [
            ...(waiting.length > 0 ? ['Waiting (carrier pairing approve CODE)', ...waiting] : []),
            ...(paired.length > 0 ? ['Paired (carrier pairing revoke ID)', ...paired] : []),
          ];
        },
      }),
      approve: typed('pairings.approve', {
        about: 'let in the person or the place that was told this code',
        fields: ['code'],
        show: (who) => [`Let in: ${admitted(who)}. They are being told.`],
      }),
      revoke: typed('pairings.revoke', {
        about: 'let out again; the id is in the list',
        fields: ['pairing'],
        show: (who) => [`No longer let in: ${admitted(who)}.`],
      }),
    },
  },
  tokens: tokenCommands,
  secrets: {
    about: 'secrets that the hub keeps, for `secret:NAME` in settings and characters',
    commands: {
      list: typed('secrets.list', {
        about: 'their names, never their values',
        isDefault: true,
        show: ({ secrets }) =>
          secrets.length === 0 ? ['None is kept.'] : secrets.map(({ name, setAt }) => cells(name, setAt)),
      }),
      set: typed('secrets.set', {
        about: 'keep one; its value is read from standard input, or asked for and not shown',
        fields: ['name'],
        secret: true,
        show: ({ name }) => [`Kept: ${name}.`],
      }),
      rotate: typed('secrets.rotate', {
        about: 'replace one; only what uses it starts anew',
        fields: ['name'],
        secret: true,
        show: ({ name }) => [`Replaced: ${name}.`],
      }),
      remove: typed('secrets.remove', {
        about: 'forget one',
        fields: ['name'],
        show: ({ name }) => [`Removed: ${name}.`],
      }),
    },
  },
  tools: toolCommands,
  policy: policyCommands,
  rooms,
  turns: {
    about: 'what agents are answering, and have answered',
    commands: {
      list: typed('turns.list', {
        about: 'finished turns, the newest first',
        isDefault: true,
        options: [
          ['--status <status>', 'waiting, done, failed or stopped'],
          ['--room-id <id>', 'of this room'],
          ...ofAgent,
          ...paged,
        ],
        show: ({ turns, nextCursor }) => [
          ...turns.map(({ turnId, agentId, status, finishedAt, error }) =>
            cells(
              turnId,
              status,
              agentId,
              finishedAt ?? '',
              words(error ? `${error.code}: ${error.message}` : ''),
            ),
          ),
          ...more(nextCursor),
        ],
      }),
      show: typed('turns.show', {
        about: 'what a turn covers, did and cost, and why it failed if it did',
        fields: ['turnId'],
        show: (turn) => JSON.stringify(turn, null, 2).split('\n'),
      }),
      stop: typed('turns.stop', {
        about: 'stop the turn that runs or waits',
        fields: ['turnId'],
        show: stopping,
      }),
      'run-again': typed('turns.runAgain', {
        about: 'answer the messages of a failed turn after all',
        fields: ['turnId'],
        show: ({ turnId }) => [`Runs again: ${turnId}.`],
      }),
      rate: typed('turns.rate', {
        about: 'say how good its reply was',
        fields: ['turnId', 'rating'],
        show: ({ turnId, rating }) => [`Rated ${rating} of 5: ${turnId}.`],
      }),
      resume: typed('turns.resume', {
        about: 'approve or deny the calls that a turn waits for',
        fields: ['turnId'],
        options: [
          ['--approve <true|false>', 'whether they are made'],
          ['--note <text>', 'why not: the model reads it'],
        ],
        show: ({ turnId, approve, held }) => [
          `${approve ? 'Approved' : 'Denied'}: ${turnId} goes on${held ? ' once tools are resumed' : ''}.`,
        ],
      }),
    },
  },
  deliveries: {
    about: 'replies that are not with their platform',
    commands: {
      list: typed('deliveries.list', {
        about: 'those that were given up, or still wait',
        isDefault: true,
        options: [['--state <state>', 'dead (given up) or waiting', 'dead'], ...ofAgent, ...paged],
        show: ({ deliveries, nextCursor }) => [
          ...deliveries.map(({ id, agentId, connector, channel, attempts, error, nextTryAt }) => {
            const tries = `${attempts} failed tries${nextTryAt ? `, next at ${nextTryAt}` : ''}`;
            return cells(id, agentId, connector, channel, tries, words(error?.message ?? ''));
          }),
          ...more(nextCursor),
        ],
      }),
      'send-again': typed('deliveries.sendAgain', {
        about: 'send one that was given up; parts that had arrived may arrive twice',
        fields: ['deliveryId'],
        show: ({ deliveryId }) => [`Is sent again: ${deliveryId}.`],
      }),
      'send-all-again': typed('deliveries.sendAllAgain', {
        about: 'send all that were given up of an agent; parts that had arrived may arrive twice',
        fields: ['agentId'],
        show: ({ deliveries }) => [`Are sent again: ${deliveries}.`],
      }),
      drop: typed('deliveries.drop', {
        about: 'never send one; it stays in history',
        fields: ['deliveryId'],
        show: ({ deliveryId }) => [`Dropped: ${deliveryId}.`],
      }),
    },
  },
  knowledge,
  schedules,
  facts,
  approvals,
  lessons,
  tasks,
  switches,
  memories,
  ...ofPeople,
  audit,
  encryption,
  sessions,
};

/** Commands of one word. */
export const alone: Record<string, Typed> = {
  usage: typed('usage.list', {
    about: 'what models have cost today, by budget and whose share it is',
    options: [
      ['--day <date>', 'another day, such as 2026-03-29'],
      ['--time-zone <zone>', "whose day, such as Asia/Kolkata, or budget: each budget's own", ownZone],
      ...paged,
    ],
    input: ({ timeZone, ...said }) => (timeZone === 'budget' ? said : { ...said, timeZone }),
    show: ({ usage, nextCursor }) => [
      ...(usage.length === 0 && nextCursor === null
        ? ['No budget has counted a call of a model on this day.']
        : usage.map(usageRow)),
      ...more(nextCursor),
    ],
  }),
  ...following,
  retention,
  health: typed('health.show', {
    about: 'whether the hub can do its part, and how much waits; exit code 1 if it cannot',
    show: ({ ready, checks, connections, queues, notes }) => [
      ready ? 'ready' : 'not ready',
      ...Object.entries({ ...checks, ...connections }).map(([name, state]) => cells(name, state)),
      ...Object.entries(queues).map(([name, counts]) =>
        cells(name, counts ? `${counts.waiting} waiting, ${counts.running} running` : 'cannot be asked'),
      ),
      ...notes,
    ],
    fails: ({ ready }) => !ready,
  }),
  embeddings,
  scores,
  console: consoleCommand,
};
