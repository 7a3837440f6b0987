import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubProcess } from '../support/hub-process.js';
import { carrier, lastWord, nobody } from './carrier.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-env-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (env?: Record<string, string>) => carrier(['start'], { cwd: folder, env });
const settings = 'CARRIER_PORT=first\r\nexport CARRIER_CONCURRENCY="second" # a remark\n';

describe('.env', () => {
  it.each([
    ['no mark', Buffer.from(settings)],
    ['a byte order mark', Buffer.from(`\uFEFF${settings}`)],
    ['UTF-16 of PowerShell', Buffer.from(`\uFEFF${settings}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\uFEFF${settings}`, 'utf16le').swap16()],
  ])('[http-and-cli.7] counts from its first setting, with %s', async (_, bytes) => {
    writeFileSync(join(folder, '.env'), bytes);
    const line = lastWord(await start());
    expect(line).toContain('CARRIER_PORT');
    expect(line).toContain('CARRIER_CONCURRENCY');
  });

  it('reaches libraries that read the environment themselves, such as the exporter of traces', async () => {
    const asked: string[] = [];
    const collector = createServer((req, res) => {
      asked.push(req.url!);
      req.resume();
      res.end('{}');
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as { port: number };
    writeFileSync(
      join(folder, '.env'),
      `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${port}\nCARRIER_PORT=0\nCARRIER_EMBEDDER=none\n`,
    );
    const hub = new HubProcess({ HOME: folder, CARRIER_DATA_DIR: join(folder, 'data') });
    const url = await hub.start();
    await fetch(`${url}/assistant/message`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
      body: '{"text": "hello", "userId": "me"}',
    });
    await hub.end('SIGTERM');
    collector.close();
    expect(asked).toContain('/v1/traces');
  });

  it('gives way to the environment', async () => {
    writeFileSync(join(folder, '.env'), '\uFEFFCARRIER_PORT=wrong\nCARRIER_LOG_LEVEL=loud\n');
    const line = lastWord(await start({ CARRIER_PORT: '0' }));
    expect(line).toContain('CARRIER_LOG_LEVEL');
    expect(line).not.toContain('CARRIER_PORT');
  });

  it('[http-and-cli.10] that is a folder is named', async () => {
    mkdirSync(join(folder, '.env'));
    for (const command of ['start', 'chat', 'doctor', 'pairing', 'init'])
      expect(lastWord(await carrier([command], { cwd: folder }))).toMatch(/\.env is a folder/);
    expect(await carrier(['--version'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(!nobody)('[http-and-cli.10] that this user may not read is named', async () => {
    writeFileSync(join(folder, '.env'), 'CARRIER_PORT=0\n', { mode: 0o600 });
    chmodSync(folder, 0o755);
    expect(lastWord(await carrier(['start'], { cwd: folder, command: nobody! }))).toMatch(/\.env .*EACCES/);
  });
});
