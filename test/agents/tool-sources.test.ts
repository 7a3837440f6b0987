import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clashesOf } from '../../src/agents/tool-clashes.js';
import { ToolSources } from '../../src/agents/tool-sources.js';
import { readConfig } from '../../src/config.js';
import { Character } from '../../src/core/character.js';
import {
  type ActionContext,
  defineToolSource,
  secret,
  type ToolSource,
  type ToolSourceContext,
} from '../../src/extension-api.js';
import { Registry } from '../../src/extensions/registry.js';
import { createLogger } from '../../src/logger.js';
import { References } from '../../src/secrets/references.js';
import type { ToolSourceEntry } from '../../src/tools/tool-source.js';

const Settings = z.strictObject({ token: secret().optional(), size: z.int().max(9).default(1) });
type Context = ToolSourceContext<typeof Settings>;

/** A type of source that a test looks into. */
class Boxes {
  readonly made: Context[] = [];
  readonly closed: string[] = [];
  /** What making one throws. */
  fault: Error | null = null;
  /** What a call waits for. */
  call: Promise<string> = Promise.resolve('opened');
  names = ['open'];
  /** Whether it has a connection, which is there once its tools were waited for. */
  connects = false;

  extension = defineToolSource({
    name: 'box',
    settings: Settings,
    create: (context) => {
      this.made.push(context);
      if (this.fault) throw this.fault;
      const tools = this.names.map((name) => ({
        name,
        description: `${name} token-of-box`,
        parameters: { type: 'object' },
      }));
      let connected = false;
      const connecting = {
        async tools() {
          connected = true;
          return tools;
        },
        state: () => ({ connected, since: null, lastError: null, restarts: 0 }),
      };
      const source: ToolSource = {
        tools: () => tools,
        ...(this.connects && connecting),
        call: async () => ({ text: await this.call }),
        findings: async () => [{ check: `it is ${context.name} with token-of-box`, ok: true }],
        close: async () => void this.closed.push(context.name),
      };
      return source;
    },
  });
}

async function open(
  boxes: Boxes,
  named: Record<string, Record<string, unknown> & { type: string }>,
  secrets: Record<string, string> = {},
  retryMs = 0,
) {
  const registry = await Registry.open({ modules: [], folder: '/', brought: [boxes.extension] });
  const { given } = readConfig({ BOX_TOKEN: 'token-of-box', OTHER_TOKEN: 'other-token' });
  const references = new References({
    given,
    folder: '/nowhere',
    stored: async (name) => secrets[name] ?? null,
  });
  const log = createLogger('silent');
  return new ToolSources({
    ...{ named, folder: '/settings', dataFolder: '/data', registry, secrets: references, log, retryMs },
  });
}

function agent(id: string, ...toolSources: ToolSourceEntry[]) {
  return { id, character: Character.parse({ name: id, bio: '.', toolSources }) };
}

const context = { signal: new AbortController().signal } as ActionContext;
const settled = () => new Promise((resolve) => setTimeout(resolve, 80));

describe('tool sources', () => {
  it('are made once for all agents that name them; an agent’s own are its own', async () => {
    const boxes = new Boxes();
    const sources = await open(boxes, { red: { type: 'box', trusted: true, size: 2 } });
    const own = { name: 'blue', type: 'box', size: 3 };
    const [ada, bob] = await Promise.all([
      sources.of(agent('ada', 'red', own)),
      sources.of(agent('bob', 'red', own)),
    ]);
    expect(ada.map(({ name, trusted }) => [name, trusted])).toEqual([
      ['box:red', true],
      ['box:blue', false],
    ]);
    expect(bob[0]).toBe(ada[0]);
    expect(bob[1]).not.toBe(ada[1]);
    expect((await sources.of(agent('ada', 'red', own)))[1]).toBe(ada[1]);
    expect(boxes.made).toHaveLength(3);
    expect(boxes.made[0]).toMatchObject({
      ...{ name: 'red', folder: '/settings', dataFolder: '/data', trusted: true },
      settings: { size: 2 },
    });
    await sources.close();
    expect(boxes.closed.sort()).toEqual(['blue', 'blue', 'red']);
    expect(await sources.of(agent('cem', own))).toEqual([]);
  });

  it('are said to be connected when they were made to be looked at', async () => {
    const boxes = new Boxes();
    boxes.connects = true;
    const sources = await open(boxes, { red: { type: 'box' } });
    expect(await sources.states(agent('ada', 'red'))).toMatchObject([
      { name: 'box:red', connected: true, tools: 1 },
    ]);
  });

  it('with bad settings are named by where they stand', async () => {
    const sources = await open(new Boxes(), {
      red: { type: 'box', sise: 2, size: 10, token: 'plain' },
      odd: { type: 'bax' },
    });
    const own = { name: 'blue', type: 'box', size: 'big', token: 'env:OTHER_TOKEN' };
    const names = ['rad', 'red', 'odd', own, { name: 'red', type: 'box' }] as ToolSourceEntry[];
    const problems = await sources.problems(agent('ada', ...names));
    expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'toolSources[0]: the settings have no tool source "rad"; did you mean "red"?',
      expect.stringMatching(/^toolSources\.red\.token: must be env:NAME/),
      expect.stringMatching(/^toolSources\.red\.size: /),
      expect.stringMatching(/^toolSources\.red\.sise: unknown; did you mean "size"/),
      'toolSources.odd.type: there is no type of tool source "bax"; did you mean "box"?',
      expect.stringMatching(/^toolSources\[3\]\.token: OTHER_TOKEN is not a setting of this extension/),
      'toolSources[3].size: must be a number, not a text',
      'toolSources[4].name: the settings have a tool source "red"; give it another name',
    ]);
    expect(await sources.of(agent('ada', ...names))).toEqual([]);
    await sources.close();
  });

  it('that could not be made are tried again, but not at every turn', async () => {
    const boxes = new Boxes();
    boxes.fault = new Error('no boxes today');
    const eager = await open(boxes, { red: { type: 'box' } }, {}, 0);
    expect(await eager.of(agent('ada', 'red'))).toEqual([]);
    boxes.fault = null;
    expect(await eager.of(agent('ada', 'red'))).toHaveLength(1);
    boxes.fault = new Error('no boxes today');
    boxes.made.length = 0;
    const calm = await open(boxes, { red: { type: 'box' } }, {}, 60_000);
    for (let turns = 0; turns < 5; turns++) expect(await calm.of(agent('ada', 'red'))).toEqual([]);
    expect(boxes.made).toHaveLength(1);
    await Promise.all([eager.close(), calm.close()]);
  });

  it('are opened for an agent that is here, and closed once nobody names them any more', async () => {
    const boxes = new Boxes();
    const sources = await open(boxes, { red: { type: 'box' }, green: { type: 'box' } });
    sources.changed('ada', agent('ada', 'red', 'green'));
    sources.changed('bob', agent('bob', 'green'));
    await settled();
    expect(boxes.made.map(({ name }) => name).sort()).toEqual(['green', 'red']);
    sources.changed('ada', agent('ada'));
    await settled();
    expect(boxes.closed).toEqual(['red']);
    sources.changed('bob', undefined);
    await settled();
    expect(boxes.closed).toEqual(['red', 'green']);
    await sources.close();
    expect(boxes.closed).toHaveLength(2);
  });

  it('are not closed under a call that runs', async () => {
    const boxes = new Boxes();
    const sources = await open(boxes, { red: { type: 'box' } });
    sources.changed('ada', agent('ada', 'red'));
    const [red] = await sources.of(agent('ada', 'red'));
    let answer = (_: string) => {};
    boxes.call = new Promise((resolve) => {
      answer = resolve;
    });
    const calling = red!.source.call('open', {}, context);
    sources.changed('ada', undefined);
    await settled();
    expect(boxes.closed).toEqual([]);
    answer('opened late');
    expect(await calling).toEqual({ text: 'opened late' });
    await settled();
    expect(boxes.closed).toEqual(['red']);
    await expect(red!.source.call('open', {}, context)).rejects.toThrow('closed');
    await sources.close();
  });

  it('are made anew when a secret of theirs changes; what lacked one is tried again', async () => {
    const boxes = new Boxes();
    const secrets: Record<string, string> = { red: 'first-token' };
    const named = {
      red: { type: 'box', token: 'secret:red' },
      green: { type: 'box', token: 'secret:green' },
      plain: { type: 'box' },
    };
    const sources = await open(boxes, named, secrets, 60_000);
    const ada = agent('ada', 'red', 'green', 'plain');
    sources.changed('ada', ada);
    const before = await sources.of(ada);
    expect(before.map(({ name }) => name)).toEqual(['box:red', 'box:plain']);
    secrets.red = 'second-token';
    sources.forget('secret:red');
    await settled();
    const after = await sources.of(ada);
    expect(after.map(({ name }) => name)).toEqual(['box:red', 'box:plain']);
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(boxes.closed).toEqual(['red']);
    expect(boxes.made.at(-1)!.settings.token).toBe('second-token');
    secrets.green = 'green-token';
    sources.forget('secret:green');
    expect((await sources.of(ada)).map(({ name }) => name)).toEqual(['box:red', 'box:green', 'box:plain']);
    await sources.close();
  });

  it('give no secret away: not in what they describe, answer, find, or fail with', async () => {
    const boxes = new Boxes();
    boxes.call = Promise.resolve('the token is token-of-box');
    const sources = await open(boxes, { red: { type: 'box', token: 'env:BOX_TOKEN' } });
    const { source } = (await sources.of(agent('ada', 'red')))[0]!;
    expect((await source.tools())[0]!.description).toBe('open [redacted]');
    expect(await source.tools()).toBe(await source.tools());
    expect(await source.call('open', {}, context)).toEqual({ text: 'the token is [redacted]' });
    expect(await source.findings()).toEqual([{ check: 'it is red with [redacted]', ok: true }]);
    boxes.call = Promise.reject(new Error('token-of-box was refused'));
    await expect(source.call('open', {}, context)).rejects.toThrow('[redacted] was refused');
    await sources.close();
  });

  it('[act.8] that bring tools of one name are told by their keys; nothing takes over a name', async () => {
    const boxes = new Boxes();
    boxes.names = ['search', 'remember'];
    const sources = await open(boxes, { red: { type: 'box' }, green: { type: 'box' } });
    const made = await sources.of(agent('ada', 'red', 'green'));
    const listed = await Promise.all(
      made.map(async (source) => ({ source, tools: await source.source.tools() })),
    );
    expect(clashesOf(listed, ['remember', 'red_search'])).toEqual([
      {
        check: 'the tool "remember" is brought by a plugin and box:red and box:green',
        ok: true,
        fix: 'They are different tools. Rules must name them by their keys, SOURCE:NAME.',
      },
      { check: 'the tool "search" is brought by box:red and box:green', ok: true, fix: expect.any(String) },
      {
        check: 'red_search and box:red:search have one name for models, "red_search"',
        ok: false,
        fix: 'The first is used. Give the tool source another name.',
      },
    ]);
    await sources.close();
  });
});
