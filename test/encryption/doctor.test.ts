/** `carrier doctor` on an encrypted data folder, and of links in the clear; start names those, too. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCarrier } from '../../src/carrier.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { journal } from '../support/journal.js';
import { until } from '../support/until.js';

const keys = `one:${randomBytes(32).toString('base64')}`;
const clear = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.invalid:4318' };

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

it('[governed.31] says which key a database is under, or that its key is missing, and the links in the clear', async () => {
  const { log, lines } = journal();
  const hub = await startCarrier(home.config({ CARRIER_ENCRYPTION_KEYS: keys, ...clear }), log);
  await until(() => lines.some(({ msg }) => String(msg).includes('collector.invalid')));
  expect(JSON.stringify(lines)).not.toContain(keys.slice(4));
  await hub.stop();
  const { said } = await runDoctor(home, { CARRIER_ENCRYPTION_KEYS: keys, ...clear });
  expect(said).toContain('encrypted under the key "one"');
  expect(said).toContain('collector.invalid');
  const without = await runDoctor(home, {});
  expect(without.code).not.toBe(0);
  expect(without.said).toContain('CARRIER_ENCRYPTION_KEYS is not set');
}, 60_000);
