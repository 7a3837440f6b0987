/** What `carrier doctor` shows of stores and engines. */
import { notesOf, pauseNote, pausesIn } from './access/pause.js';
import { auditFinding } from './audit-diagnosis.js';
import {
  folderAtRest,
  notesAtRest,
  recordsAtRest,
  schemaAtRest,
  serverFacts,
  waitingAtRest,
} from './backends.js';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import { atMost } from './core/deadline.js';
import { lateMs } from './core/readiness.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { type Diagnosis, look, patienceMs } from './look.js';
import { clockFinding } from './machine-diagnosis.js';
import { notesOf as failingNotes, unsummarisedNote } from './memory/conversation/failing.js';
import { embedderNote, hindrancesIn } from './memory/embedder-state.js';
import { packageVersion } from './package-folder.js';
import type { RedisFacts } from './queue/redis-facts.js';
import { coolingNote, coolingText } from './runtime/cooling.js';
import { dueAt, Schedule, scheduleRecord } from './schedules/schedule.js';
import type { AuditChain } from './store/audit-log.js';
import { verifyChain } from './store/audit-verification.js';
import type { FolderAtRest } from './store/libsql/at-rest.js';
import type { MongoFacts } from './store/mongodb/facts.js';
import type { Note } from './store/note-store.js';
import type { StoredRecord } from './store/record-store.js';
import type { Store } from './store/store.js';
import { waitingFindings } from './waiting-diagnosis.js';

/** For the whole of an audit log: a million rows take some ten seconds. */
const auditPatienceMs = 600_000;
const mostNotes = 1000;

/** Of the database in a data folder, and what it notes. */
export function folderFindings(config: Config, log: Logger): Finding[] {
  const folder = folderAtRest(config);
  const found = schemaAtRest(folder);
  if (!found) return [];
  const { version, problem, key } = found;
  return [
    { check: `its database has schema ${version}`, ok: problem === null, ...(problem && { fix: problem }) },
    ...(key ? [{ check: `its database is encrypted under the key "${key}"`, ok: true }] : []),
    ...pausesAmong(notesAtRest(folder, pauseNote.key('')), log),
    ...coolAmong(notesAtRest(folder, coolingNote.key('')), log),
    ...hindrancesIn(notesAtRest(folder, embedderNote.key('')), log),
    ...unsummarisedAmong(notesAtRest(folder, unsummarisedNote.key('')), log),
    ...waitingInFolder(folder),
  ];
}

function waitingInFolder(folder: FolderAtRest): Finding[] {
  const now = Date.now();
  const waiting = waitingAtRest(folder, now - lateMs);
  if (!waiting) return [];
  const late = lateAmong(recordsAtRest(folder, scheduleRecord.kind), now);
  return waitingFindings({ ...waiting, late, running: false });
}

/** When they were due, of those that nobody has run in time. */
function lateAmong(records: StoredRecord[], now: number): number[] {
  return records.flatMap(({ value }) => {
    const { data } = Schedule.safeParse(value);
    const due = data && dueAt(data);
    return due !== undefined && due < now - lateMs ? [due] : [];
  });
}

/** What somebody has paused is no fault, but may be what is looked for. */
function pausesAmong(notes: Note[], log: Logger): Finding[] {
  const listed = notes.map(({ key, value }) => ({ value: pauseNote.read(key, value, log) }));
  return notesOf(pausesIn(listed, Date.now())).map((check) => ({ check, ok: true }));
}

/** Models that a hub asks only where no other is left. */
function coolAmong(notes: Note[], log: Logger): Finding[] {
  return notes.flatMap(({ key, value }) => {
    const cool = coolingNote.read(key, value, log);
    return cool && cool.until > Date.now() ? [{ check: coolingText(cool), ok: true }] : [];
  });
}

/** Words that would leave a prompt without a summary stay in it meanwhile. */
function unsummarisedAmong(notes: Note[], log: Logger): Finding[] {
  const found = notes.flatMap(({ key, value }) => unsummarisedNote.read(key, value, log) ?? []);
  return failingNotes(found).map((check) => ({ check, ok: true }));
}

/** Whether a hub's shared engines can be used; they are closed again. */
export async function diagnoseEngines(
  opening: Promise<Engines>,
  config: Config,
  log: Logger,
): Promise<Diagnosis[]> {
  const subject = 'Redis and MongoDB';
  const failed = (check: string, setting: string, { message }: Error) => ({
    check,
    ok: false,
    fix: `Check ${setting}: ${message}`,
  });
  let engines: Engines;
  try {
    engines = await opening;
  } catch (error) {
    const { field = 'MONGODB_URL' } = error as { field?: string };
    return [{ subject, findings: [failed('MongoDB answers', field, error as Error)] }];
  }
  const { store, turnQueue, deliveryQueue, bus } = engines;
  // Queues wait for their first connection for as long as it takes.
  const redis = await atMost(patienceMs, turnQueue.counts()).then(
    (counts) =>
      counts
        ? { check: 'Redis takes jobs', ok: true }
        : failed('Redis takes jobs', 'REDIS_URL', new Error(`no answer within ${patienceMs / 1000} s`)),
    (error: Error) => failed('Redis takes jobs', 'REDIS_URL', error),
  );
  const { engine, schema, notes } = store.description;
  const mongo = { check: `MongoDB answers: ${engine}, schema ${schema}`, ok: true };
  const lacks = notes.map((note) => ({ check: `MongoDB: ${note}`, ok: true }));
  const noted = (prefix: string) => store.notes.list(prefix, mostNotes).catch(() => []);
  const keys = [pauseNote, coolingNote, unsummarisedNote, embedderNote].map(({ key }) => key(''));
  const [paused = [], cool = [], failing = [], embedders = []] = await Promise.all(keys.map(noted));
  const [audit, facts, waiting] = await Promise.all([
    diagnoseAudit(() => store.audit),
    serverFacts(config, log),
    waitingIn(store),
  ]);
  if (redis.ok) await Promise.all([turnQueue.close(), deliveryQueue.close()]);
  await bus.close();
  await engines.close();
  return [
    {
      subject,
      findings: [
        redis,
        mongo,
        ...lacks,
        ...redisFindings(facts.redis),
        ...mongoFindings(facts.mongo),
        ...waiting,
        ...pausesAmong(paused, log),
        ...coolAmong(cool, log),
        ...unsummarisedAmong(failing, log),
        ...hindrancesIn(embedders, log),
      ],
    },
    audit,
  ];
}

/** Of a shared database; a hub that ought to do it runs somewhere, as a rule. */
async function waitingIn({ turns, outbox, records }: Store): Promise<Finding[]> {
  const now = Date.now();
  const [rooms, { dead }, late] = await Promise.all([
    turns.waiting(now - lateMs, mostNotes),
    outbox.count(),
    records.due(scheduleRecord.kind, now - lateMs, mostNotes),
  ]);
  return waitingFindings({
    ...{ unanswered: rooms.length, since: null, dead, late: lateAmong(late, now), newest: null },
    running: true,
  });
}

/** What BullMQ needs; with less it warns, or refuses to work. */
const leastRedis = { needed: 5, advised: [6, 2] } as const;

function redisFindings(facts: RedisFacts | null): Finding[] {
  if (!facts) return [{ check: 'Redis does not say its version, persistence and time', ok: true }];
  const { engine, version, persistent, evicts, aheadMs, workers } = facts;
  const [major, minor] = version;
  const [advised, advisedMinor] = leastRedis.advised;
  const old = major < advised || (major === advised && minor < advisedMinor);
  return [
    {
      check: `${engine}${old ? ' is old' : ''}`,
      ok: major >= leastRedis.needed,
      ...(old && { fix: `Redis ${leastRedis.advised.join('.')} or newer is what the queues are made for.` }),
    },
    {
      check:
        persistent === null
          ? 'Redis does not say whether it survives a restart'
          : `Redis ${persistent ? 'keeps its data on disk' : 'keeps its data in memory alone'}`,
      ok: true,
      ...(persistent === false && {
        fix: 'What was queued is found in the database again after it restarts, by sweeps; with appendonly yes it goes on at once.',
      }),
    },
    ...(evicts === null
      ? []
      : [
          {
            check: `Redis throws keys away when its memory is short (maxmemory-policy ${evicts})`,
            ok: false,
            fix: 'Set maxmemory-policy noeviction: queued jobs and leases must not vanish.',
          },
        ]),
    clockFinding({ of: 'Redis', ms: aheadMs }),
    ...workerFindings(workers ?? []),
  ];
}

/** Older workers answer as well as they know how; what came since is not theirs. */
function workerFindings(versions: readonly (string | null)[]): Finding[] {
  const others = versions.filter((version) => version !== packageVersion());
  if (others.length === 0) return [];
  const known = [...new Set(others)].map((version) => version ?? 'an older one');
  return [
    {
      check: `${others.length} of ${versions.length} workers on this Redis are of another version (${known.join(', ')})`,
      ok: false,
      fix: 'Run one version everywhere: an older worker fails at turns of agents in the store, and answers in rooms that people have taken over.',
    },
  ];
}

function mongoFindings(facts: MongoFacts | null): Finding[] {
  if (!facts) return [{ check: 'MongoDB does not say its persistence and time', ok: true }];
  const { aheadMs, persistent, replicated } = facts;
  return [
    ...(persistent === false
      ? [
          {
            check: 'MongoDB keeps its data in memory alone',
            ok: false,
            fix: 'Use a storage engine that writes to disk, such as wiredTiger: this one forgets all at its restart.',
          },
        ]
      : []),
    ...(replicated
      ? []
      : [
          {
            check: 'MongoDB is one server by itself',
            ok: true,
            fix: 'A replica set of three loses nothing with one machine.',
          },
        ]),
    ...(aheadMs === null ? [] : [clockFinding({ of: 'MongoDB', ms: aheadMs })]),
  ];
}

/** Whether rows of the audit log are as they were written, and all there. */
export function diagnoseAudit(chain: () => AuditChain): Promise<Diagnosis> {
  return look(
    'Audit log',
    async () => {
      const verified = await verifyChain(chain());
      return verified.ok && verified.rows + verified.older === 0 ? [] : [auditFinding(verified)];
    },
    auditPatienceMs,
  );
}
