/** A tool that others wrote reads the hub's document, and asks the hub whatever it allows, and much that it does not. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';

const run = promisify(execFile);
const program = process.env.SCHEMATHESIS ?? 'schemathesis';
const version = await run(program, ['--version']).catch(() => null);
if (!version)
  process.stderr.write('no schemathesis on PATH (pip install schemathesis): its run is left out\n');

const checks = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
  ...['response_headers_conformance', 'response_schema_conformance', 'unsupported_method', 'ignored_auth'],
];
/** These would end the token that it asks with, and pause whom it talks to. */
const last = ['tokens.revoke', 'switches.pause'];

describe.skipIf(!version)('schemathesis', () => {
  const home = new Home();
  const folder = mkdtempSync(join(tmpdir(), 'carrier-schemathesis-'));
  let ask: (...more: string[]) => Promise<string>;
  beforeAll(async () => {
    const hub = await home.hub(
      {},
      {
        ...{ CARRIER_RATE_TOKEN: '0', CARRIER_RATE_ADDRESS: '0', CARRIER_RATE_WRONG_TOKENS: '0' },
        CARRIER_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
      },
    );
    writeFileSync(join(folder, 'openapi.json'), await (await fetch(`${hub.url}/openapi.json`)).text());
    const headers = {
      authorization: `Bearer ${hub.token.secret}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ userId: 'alice', text: 'Hello!' });
    await fetch(`${hub.url}/assistant/message`, { method: 'POST', headers, body });
    ask = async (...more) => {
      const words = [
        'run',
        'openapi.json',
        '--url',
        hub.url,
        '-H',
        `Authorization: Bearer ${hub.token.secret}`,
      ];
      const { phases, examples } = {
        phases: process.env.SCHEMATHESIS_PHASES,
        examples: process.env.SCHEMATHESIS_EXAMPLES,
      };
      const how = [
        '--phases',
        phases ?? 'examples,fuzzing',
        '-n',
        examples ?? '1',
        '--generation-deterministic',
      ];
      const all = [...words, ...how, '--checks', checks.join(','), '--workers', '2', ...more];
      return run(program, all, { cwd: folder, maxBuffer: 1e8 }).then(
        ({ stdout }) => stdout,
        ({ stdout, stderr }) => `failed ${stdout}${stderr}`,
      );
    };
  });
  afterAll(async () => {
    await home.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('[governed.14] finds no fault of the hub, and no answer that is not documented', {
    timeout: 180_000,
  }, async () => {
    const told = await ask(...last.flatMap((name) => ['--exclude-operation-id', name]));
    expect(told).not.toMatch(/^failed|No failures/);
    expect(told).toMatch(/[1-9]\d* passed/);
    const more = await ask(...last.flatMap((name) => ['--include-operation-id', name]));
    expect(more).not.toMatch(/^failed/);
  });
});
