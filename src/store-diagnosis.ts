/** What `carrier doctor` shows of stores and engines. */
import { notesOf, pauseNote, pausesIn } from './access/pause.js';
import { folderAtRest, notesAtRest, schemaAtRest } from './backends.js';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import type { Engines } from './engines.js';
import type { Logger } from './logger.js';
import { type Diagnosis, look } from './look.js';
import { notesOf as failingNotes, unsummarisedNote } from './memory/conversation/failing.js';
import { embedderNote, hindrancesIn } from './memory/embedder-state.js';
import { coolingNote, coolingText } from './runtime/cooling.js';
import type { AuditChain } from './store/audit-log.js';
import { verifyChain } from './store/audit-verification.js';
import type { Note } from './store/note-store.js';

/** For the whole of an audit log: a million rows take some ten seconds. */
const auditPatienceMs = 600_000;
/** What is wrong with it, at most; `carrier audit verify` tells more. */
const mostAuditFaults = 10;
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
  ];
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
export async function diagnoseEngines(opening: Promise<Engines>, log: Logger): Promise<Diagnosis[]> {
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
    return [{ subject, findings: [failed('MongoDB answers', 'MONGODB_URL', error as Error)] }];
  }
  const { store, turnQueue, deliveryQueue, bus } = engines;
  const redis = await turnQueue.counts().then(
    () => ({ check: 'Redis takes jobs', ok: true }),
    (error: Error) => failed('Redis takes jobs', 'REDIS_URL', error),
  );
  const { engine, schema, notes } = store.description;
  const mongo = { check: `MongoDB answers: ${engine}, schema ${schema}`, ok: true };
  const lacks = notes.map((note) => ({ check: `MongoDB: ${note}`, ok: true }));
  const noted = (prefix: string) => store.notes.list(prefix, mostNotes).catch(() => []);
  const keys = [pauseNote, coolingNote, unsummarisedNote, embedderNote].map(({ key }) => key(''));
  const [paused = [], cool = [], failing = [], embedders = []] = await Promise.all(keys.map(noted));
  const audit = await diagnoseAudit(() => store.audit);
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
        ...pausesAmong(paused, log),
        ...coolAmong(cool, log),
        ...unsummarisedAmong(failing, log),
        ...hindrancesIn(embedders, log),
      ],
    },
    audit,
  ];
}

/** Whether rows of the audit log are as they were written, and all there. */
export function diagnoseAudit(chain: () => AuditChain): Promise<Diagnosis> {
  return look(
    'Audit log',
    async () => {
      const { ok, rows, older, missing, faults, faultCount } = await verifyChain(chain());
      const count = (number: number) => number.toLocaleString('en');
      if (ok && rows + older === 0) return [];
      const outside = older > 0 ? `; ${count(older)} of older hubs outside of it cannot be checked` : '';
      if (ok) return [{ check: `its ${count(rows)} rows are one unbroken chain${outside}`, ok }];
      const told = faults.slice(0, mostAuditFaults).map(({ about }) => about);
      const more = faultCount - told.length;
      return [
        {
          check: `its ${count(rows)} rows are one unbroken chain${missing > 0 ? `; ${count(missing)} are missing` : ''}`,
          ok,
          fix: [
            ...told,
            ...(more > 0 ? [`And ${count(more)} more faults: carrier audit verify lists them.`] : []),
            'Somebody changed the database behind the hub; or an older backup was put back, or another data folder.',
          ].join('\n      '),
        },
      ];
    },
    auditPatienceMs,
  );
}
