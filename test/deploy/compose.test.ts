/** Holds docker-compose.yml to the compose schema, to what we promise about it, and to what the hub makes of it. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.js';
import { freePort, listens } from '../support/redis.js';
import { noRedisServer } from '../support/redis-process.js';
import { until } from '../support/until.js';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  networks: string[];
  secrets?: string[];
  volumes?: string[];
  tmpfs?: string[];
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  user?: string;
  init?: boolean;
  restart?: string;
  stop_grace_period?: string;
  healthcheck?: { test: string[]; timeout: string };
  deploy?: { resources: { limits: { memory: string; pids: number } } };
}

interface Compose {
  services: Record<'gateway' | 'worker' | 'redis' | 'mongodb', Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file: string }>;
}

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const hubs = [compose.services.gateway, compose.services.worker];
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), 'carrier-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secret = 'a-secret-of-at-least-16-characters';
for (const name of Object.keys(compose.secrets)) writeFileSync(join(folder, name), secret);
/** What a container would see: its secrets are files of ours here. */
const mounted = (value: string) => value.replaceAll('/run/secrets', folder);
const seconds = (duration: string) => Number(/^(\d+)s$/.exec(duration)![1]);

describe('docker-compose.yml', () => {
  it('is valid by the compose schema', () => {
    // The schema of compose-go 2.16.2, which is what `docker compose` reads files with (Apache License 2.0).
    const schema = JSON.parse(readFileSync(new URL('compose-spec.json', import.meta.url), 'utf8'));
    const validate = new Ajv2020({ strict: false }).compile(schema);
    expect(validate(parse(text, { merge: true })), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { a: { image: 'b', prots: [] } } })).toBe(false);
  });

  it('has the parts of a hub', () => {
    expect(services.map(([name]) => name).sort()).toEqual(['gateway', 'mongodb', 'redis', 'worker']);
    expect(compose.services.mongodb.image).toMatch(/^mongodb\/mongodb-atlas-local:/);
  });

  it('opens the gateway to this machine, and nothing else to anyone', () => {
    const published = services.filter(([, { ports }]) => ports);
    expect(published.map(([name]) => name)).toEqual(['gateway']);
    for (const port of compose.services.gateway.ports!) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(compose.networks.engines?.internal).toBe(true);
    for (const name of ['redis', 'mongodb'] as const)
      expect(compose.services[name].networks).toEqual(['engines']);
  });

  it.each(services)('lets %s die, come back and be watched, within limits', (_, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.stop_grace_period).toMatch(/^\d+s$/);
    expect(service.deploy?.resources.limits).toMatchObject({
      memory: expect.stringMatching(/^\d+[mg]$/),
      pids: expect.any(Number),
    });
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.image).toMatch(/:(local|\d+\.\d+[\w.-]*)$/);
  });

  it.each(services.filter(([name]) => name !== 'mongodb'))(
    'lets %s write to its data alone',
    (_, service) => {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true });
      const writable = (service.volumes ?? []).filter((volume) => !volume.endsWith(':ro'));
      expect(
        [...writable, ...(service.tmpfs ?? [])].map((volume) =>
          volume.split(':').find((part) => part.startsWith('/')),
        ),
      ).toEqual(['/data']);
    },
  );

  it('names every volume and secret it uses, and uses every one it names', () => {
    const volumes = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    expect(new Set(volumes.filter((volume) => !volume.startsWith('.')))).toEqual(
      new Set(Object.keys(compose.volumes)),
    );
    const secrets = services.flatMap(([, { secrets = [] }]) => secrets);
    expect(new Set(secrets)).toEqual(new Set(Object.keys(compose.secrets)));
  });

  it('holds no password, and takes them from files that git and images leave out', () => {
    const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const given = values.filter(([name]) => /PASSWORD|SECRET|KEY|TOKEN/.test(name));
    expect(given.length).toBeGreaterThan(3);
    for (const [name, value] of given) {
      expect(name).toMatch(/_FILE$/);
      expect(value).toMatch(/^\/run\/secrets\//);
    }
    expect(text).not.toMatch(/:\/\/[^\s@/]*:[^\s@/]+@/);
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(read('.gitignore').split('\n')).toContain('/secrets/');
    expect(read('.dockerignore').split('\n')).toContain('*');
    expect(read('.dockerignore')).not.toMatch(/^!(secrets|data|\.env)/m);
  });

  it('can have many workers', () => {
    const { worker } = compose.services;
    expect(worker.ports).toBeUndefined();
    expect(worker).not.toHaveProperty('container_name');
    // Neither do they share a place to write.
    expect((worker.volumes ?? []).every((volume) => volume.endsWith(':ro'))).toBe(true);
  });

  it('uses settings that exist, and tells people how to make the secrets', () => {
    const known = new Set(
      [...read('.env.example').matchAll(/^# ?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]!),
    );
    const used = hubs.flatMap(({ environment }) => Object.keys(environment!));
    const interpolated = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map((match) => match[1]!);
    const unknown = [...used, ...interpolated].filter((name) => !known.has(name.replace(/_FILE$/, '')));
    expect(unknown).toEqual([]);
    const readme = read('README.md');
    expect(Object.keys(compose.secrets).filter((name) => !readme.includes(name))).toEqual([]);
  });

  it.each(['gateway', 'worker'] as const)('starts a hub as a %s with settings it understands', (role) => {
    const { command, environment, stop_grace_period, depends_on, networks } = compose.services[role];
    expect(command).toEqual(['start', '--role', role]);
    const settings = Object.entries(environment!).map(([name, value]) => [name, mounted(value)]);
    const config = readConfig({ ...Object.fromEntries(settings), CARRIER_ROLE: role });
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 3000, callbackSecret: secret });
    expect(config.cluster).toMatchObject({
      redis: { url: 'redis://redis:6379', password: secret },
      mongodbUrl: `mongodb://carrier:${secret}@mongodb:27017/?authSource=admin&directConnection=true`,
    });
    // HTTP, turns and deliveries are ended one after the other, each within this time.
    expect(seconds(stop_grace_period!)).toBeGreaterThan((3 * config.turns.stopMs) / 1000 + 5);
    expect(depends_on).toEqual({
      redis: { condition: 'service_healthy' },
      mongodb: { condition: 'service_healthy' },
    });
    // Models and platforms are outside.
    expect(networks).toEqual(['engines', 'outside']);
  });

  it('[seen.45] asks a hub whether it is ready, by its own program, on the port that is set', async () => {
    let status = 200;
    const asked: (string | undefined)[] = [];
    const server = createServer((req, res) => {
      asked.push(req.url);
      res.writeHead(status).end();
    });
    // Where an image has `localhost` as ::1 first, nobody would answer there.
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const env = { PATH: process.env.PATH, CARRIER_HOST: '0.0.0.0', CARRIER_PORT: String(port) };
    try {
      for (const { healthcheck } of hubs) {
        const [kind, node, program, ...args] = healthcheck!.test;
        expect([kind, node, program]).toEqual(['CMD', 'node', '/app/dist/src/cli/carrier.js']);
        const asks = () =>
          run(process.execPath, [fileURLToPath(new URL(program!.replace('/app/', ''), root)), ...args], {
            env,
          });
        status = 200;
        await asks();
        status = 503;
        await expect(asks()).rejects.toMatchObject({ code: 1 });
      }
      expect(new Set(asked)).toEqual(new Set(['/readyz']));
    } finally {
      server.close();
    }
  });

  describe.skipIf(noRedisServer)(
    noRedisServer ? `its Redis (skipped: ${noRedisServer})` : 'its Redis',
    () => {
      it('has a password that no command line shows, keeps what it is told, and forgets nothing by itself', async () => {
        const { command, healthcheck } = compose.services.redis;
        const port = await freePort();
        const [shell, ...args] = command!.map((arg) =>
          mounted(arg).replaceAll('$$', '$').replace('dir /data', `dir ${folder}\nport ${port}`),
        );
        const redis = spawn(shell!, args, { stdio: 'ignore' });
        try {
          await until(() => listens(port));
          const cli = (password: string, ...words: string[]) =>
            run('redis-cli', ['-p', String(port), ...words], {
              env: { ...process.env, REDISCLI_AUTH: password },
            }).then(({ stdout }) => stdout.trim().split('\n').at(-1));
          expect(await cli('', 'ping')).toMatch(/NOAUTH/);
          expect(await cli(secret, 'config', 'get', 'appendonly')).toBe('yes');
          expect(await cli(secret, 'config', 'get', 'maxmemory-policy')).toBe('noeviction');
          expect(await cli(secret, 'config', 'get', 'maxmemory')).toBe(String(384 * 1024 * 1024));
          expect(readFileSync(`/proc/${redis.pid}/cmdline`, 'utf8')).not.toContain(secret);

          const check = healthcheck!.test[1]!.replaceAll('$$', '$').replace(
            'redis-cli',
            `redis-cli -p ${port}`,
          );
          await run('sh', ['-c', mounted(check)]);
          writeFileSync(join(folder, 'redis-password'), 'another');
          await expect(run('sh', ['-c', mounted(check)])).rejects.toMatchObject({ code: 1 });
        } finally {
          const gone = new Promise((resolve) => redis.once('exit', resolve));
          redis.kill('SIGKILL');
          await gone;
        }
      });
    },
  );
});
