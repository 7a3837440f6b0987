/** Holds the Dockerfile to its rules, and starts a hub from exactly what it puts into the image. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { HubProcess } from '../support/hub-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const dockerfile = DockerfileParser.parse(text);
const stages = dockerfile.getFROMs();
const instructions = dockerfile.getInstructions();
const last = instructions.filter(
  (instruction) => instruction.getRange().start.line > stages.at(-1)!.getRange().start.line,
);
const named = (from: Instruction[], keyword: string) => from.filter((one) => one.getKeyword() === keyword);
const words = (instruction: Instruction) => instruction.getArguments().map((argument) => argument.getValue());

/** Sources and target of a COPY, and the stage it takes them from. */
function copyOf(instruction: Instruction): { stage: string | undefined; sources: string[]; target: string } {
  const parts = words(instruction);
  return {
    stage: (instruction as Copy).getFromFlag()?.getValue() ?? undefined,
    sources: parts.slice(0, -1),
    target: parts.at(-1)!,
  };
}

describe('the Dockerfile', () => {
  it('is one a builder accepts without a warning', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FORM scratch\n')).not.toEqual([]);
  });

  it('builds in one stage and runs in another, both on a pinned Node', () => {
    for (const from of stages) expect(from.getImage()).toMatch(/^node:\$\{NODE\}$/);
    expect(stages.map((from) => from.getBuildStage())).toEqual(['build', null]);
    const [node] = dockerfile.getInitialARGs();
    expect(node!.getProperty()!.getValue()).toMatch(/^\d+\.\d+[\w.]*-\w+-slim$/);
  });

  it('runs no install script, and leaves what only developing needs behind', () => {
    const steps = named(instructions, 'RUN').map((step) => step.getArgumentsContent()!);
    for (const step of steps.filter((one) => /npm (ci|install|prune)/.test(one)))
      for (const command of step.split('&&').filter((one) => one.includes('npm ')))
        expect(command).toContain('--ignore-scripts');
    expect(steps.join()).toMatch(/npm prune --omit=dev/);
  });

  it('does not run as root, and starts the program itself', () => {
    const users = named(last, 'USER').map((user) => user.getArgumentsContent());
    expect(users).toEqual(['node']);
    expect(named(last, 'ENTRYPOINT')[0]!.getArgumentsContent()).toBe(
      '["node", "/app/dist/src/cli/carrier.js"]',
    );
    expect(named(last, 'CMD')[0]!.getArgumentsContent()).toBe('["start"]');
    for (const copy of named(last, 'COPY')) expect(copy.getArgumentsContent()).not.toContain('--chown');
  });

  it('[seen.45] [seen.46] is watched by the hub itself, which says that it lives whatever its engines do', () => {
    const [check] = named(last, 'HEALTHCHECK');
    expect(check!.getArgumentsContent()).toMatch(
      /CMD \["node", "\/app\/dist\/src\/cli\/carrier\.js", "probe", "--live"\]$/,
    );
  });

  it('copies what is there, and what .dockerignore lets through', () => {
    const through = readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm);
    const allowed = new Set([...through].map((match) => match[1]!));
    const sources = named(instructions, 'COPY')
      .map(copyOf)
      .filter(({ stage }) => !stage)
      .flatMap(({ sources }) => sources);
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    expect(new Set(sources)).toEqual(allowed);
  });

  it('puts into the image all that a hub needs to start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-image-'));
    const app = join(folder, 'app');
    mkdirSync(app);
    for (const { sources, target } of named(last, 'COPY').map(copyOf)) {
      for (const source of sources.map((path) => path.replace(/^\/app\//, ''))) {
        const to = target.endsWith('/') ? join(app, target, source) : join(app, target);
        mkdirSync(dirname(to), { recursive: true });
        // Too many files to copy; `npm prune` is not this test's affair.
        if (source === 'node_modules') symlinkSync(join(root, source), to);
        else cpSync(join(root, source), to, { recursive: true });
      }
    }
    const hub = new HubProcess(
      { HOME: app, CARRIER_DATA_DIR: join(folder, 'data'), CARRIER_PORT: '0', CARRIER_EMBEDDER: 'none' },
      [join(app, 'dist/src/cli/carrier.js'), 'start'],
    );
    try {
      const url = await hub.start();
      const ready = await fetch(`${url}/readyz`);
      expect(await ready.json()).toMatchObject({ ready: true });
      expect(hub.output).toContain('assistant');
    } finally {
      await hub.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
