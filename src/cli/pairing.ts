import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { addressOf } from './address.js';
import { call } from './client.js';
import { paint, print } from './output.js';

interface Person {
  agentId: string;
  connector: string;
  tenant: string;
  userId: string;
  name?: string;
}

interface Listed {
  requests: (Person & { code: string; askedAt: string })[];
  pairings: (Person & { pairing: string; pairedAt: string })[];
}

/** Who waits to be let in, and who is. */
export async function listPairings(config: Config, url?: string): Promise<void> {
  const { requests, pairings } = (await call(hub(config, url), 'GET', '/pairings')) as Listed;
  if (requests.length + pairings.length === 0) return print('Nobody has asked yet, and nobody is paired.');
  if (requests.length > 0) print(paint.bold('Waiting (carrier pairing approve CODE)'));
  for (const { code, askedAt, ...person } of requests) print(`  ${code}  ${shown(person)}, since ${askedAt}`);
  if (pairings.length > 0) print(paint.bold('Paired (carrier pairing revoke ID)'));
  for (const { pairing, pairedAt, ...person } of pairings)
    print(`  ${pairing}  ${shown(person)}, since ${pairedAt}`);
}

export async function approvePairing(config: Config, code: string, url?: string): Promise<void> {
  const person = (await call(hub(config, url), 'POST', '/pairings/approve', { code })) as Person;
  print(`Let in: ${shown(person)}. They are being told.`);
}

export async function revokePairing(config: Config, pairing: string, url?: string): Promise<void> {
  const person = (await call(hub(config, url), 'POST', '/pairings/revoke', { pairing })) as Person;
  print(`No longer let in: ${shown(person)}.`);
}

function hub(config: Config, url?: string) {
  const address = addressOf(config, url);
  if (address) return address;
  throw new FatalError(
    'not_found',
    `No hub runs on ${config.dataDir}. Start it (carrier start), or name its folder with --data-dir, or its address with --url.`,
  );
}

/** Names are chosen by strangers: nothing in them may move the cursor or turn the line around. */
function shown({ agentId, connector, tenant, userId, name }: Person): string {
  const who = name === undefined ? userId : `${name} (${userId})`;
  const where = tenant === 'default' ? connector : `${connector}/${tenant}`;
  return `${who} with ${agentId} on ${where}`.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
