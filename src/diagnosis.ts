import type { Finding } from './connector/connector.js';
import type { Engines } from './roles.js';

export interface Diagnosis {
  subject: string;
  findings: Finding[];
}

/** Whether a hub's shared engines can be used; they are closed again. */
export async function diagnoseEngines(opening: Promise<Engines>): Promise<Diagnosis> {
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
    return { subject, findings: [failed('MongoDB answers', 'MONGODB_URL', error as Error)] };
  }
  const { store, turnQueue, deliveryQueue, bus } = engines;
  const redis = await turnQueue.counts().then(
    () => ({ check: 'Redis takes jobs', ok: true }),
    (error: Error) => failed('Redis takes jobs', 'REDIS_URL', error),
  );
  const mongo = { check: `MongoDB answers: ${store.description.engine}`, ok: true };
  const lacks = store.description.notes.map((note) => ({ check: `MongoDB: ${note}`, ok: true }));
  if (redis.ok) await Promise.all([turnQueue.close(), deliveryQueue.close()]);
  await bus.close();
  await engines.close();
  return { subject, findings: [redis, mongo, ...lacks] };
}
