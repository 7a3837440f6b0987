/** What `carrier doctor` asks of a hub that runs: its own operations, never its database behind its back. */

import { auditFinding } from '../audit-diagnosis.js';
import type { Config } from '../config.js';
import type { Finding } from '../connector/connector.js';
import { type Diagnosis, look } from '../look.js';
import type { OperationName, OutputOf } from '../operations/operations.js';
import { packageVersion } from '../package-folder.js';
import type { RunningHub } from '../running-hub.js';
import { waitingFindings } from '../waiting-diagnosis.js';
import { carry, type Input } from './carry.js';
import { changedSince } from './setting-files.js';

/** An audit log of a million rows takes some ten seconds, in ms. */
const auditPatienceMs = 600_000;
/** Dead letters are counted so far. */
const mostDead = 200;

/** @param hub the one that holds the data folder, and where it listens */
export function diagnoseRunning(config: Config, hub: RunningHub & { url: string }): Promise<Diagnosis[]> {
  const { url } = hub;
  const ask = <Name extends OperationName>(operation: Name, input: Input = {}) =>
    carry(config, operation, input, url) as Promise<OutputOf<Name>>;
  return Promise.all([
    look('The running hub', async () => {
      const [health, dead, encryption, embeddings] = await Promise.all([
        ask('health.show'),
        ask('deliveries.list', { state: 'dead', limit: mostDead }),
        ask('encryption.status'),
        ask('embeddings.status'),
      ]);
      const { late } = health;
      return [
        ...healthFindings(health, url),
        ...changedSince(hub),
        ...waitingFindings({
          ...{ unanswered: late?.rooms ?? 0, since: null, dead: dead.deliveries.length, newest: null },
          ...{ late: [], running: true },
        }),
        ...lateSchedules(late?.schedules ?? 0),
        ...encryptionFindings(encryption),
        ...embeddings.embedders.flatMap(({ embedder, problem }) =>
          problem ? [{ check: `vectors of ${embedder} are made`, ok: false, fix: problem.message }] : [],
        ),
      ];
    }),
    look(
      'Audit log',
      async () => {
        const answer = await ask('audit.verify');
        return answer.rows + answer.older === 0 && answer.ok ? [] : [auditFinding(answer)];
      },
      auditPatienceMs,
    ),
  ]);
}

function healthFindings(
  { version, ready, checks, connections, notes }: OutputOf<'health.show'>,
  url: string,
): Finding[] {
  const states = { ...checks, ...connections };
  const bad = Object.entries(states).filter(([, state]) => !state.startsWith('ok'));
  return [
    { check: `a hub runs at ${url}`, ok: true },
    version === packageVersion()
      ? { check: `it is of this version, ${version}`, ok: true }
      : {
          check: `it is version ${version}, and this program is ${packageVersion()}`,
          ok: false,
          fix: 'Start the hub again, so that it is what is installed here; or use the program that it came with.',
        },
    {
      check: ready ? 'it is ready' : 'it is not ready',
      ok: ready,
      ...(!ready && { fix: 'See below what is missing, and the log of the hub.' }),
    },
    ...bad.map(([name, state]) => ({
      check: `${name}: ${state}`,
      ok: false,
      fix: `Check what ${name} is set to.`,
    })),
    ...notes.map((note) => ({ check: note, ok: true })),
  ];
}

function lateSchedules(count: number): Finding[] {
  if (count === 0) return [];
  return [
    {
      check: `${count} schedules were not run in time`,
      ok: false,
      fix: 'carrier schedules list shows them; the log of the hub says what hinders them.',
    },
  ];
}

function encryptionFindings({ current, rotation }: OutputOf<'encryption.status'>): Finding[] {
  const { state, problem } = rotation;
  return [
    ...(current ? [{ check: `stored data goes under the key "${current}"`, ok: true }] : []),
    ...(state === 'failed'
      ? [
          {
            check: 'stored data is brought under the current key',
            ok: false,
            fix: `${problem ?? 'It failed.'} It is tried again by itself; carrier encryption status shows how far it is.`,
          },
        ]
      : []),
  ];
}
