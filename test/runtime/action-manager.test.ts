/** States of actions: what is asked for, what is denied, and what an attempt that died has left. */
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Pause } from '../../src/access/pause.js';
import { type ActionRecord, type ActionState, decidedSteps, readSteps } from '../../src/core/turn.js';
import { type Action, defineAction, type TurnContext } from '../../src/plugin/plugin.js';
import { ActionManager } from '../../src/runtime/action-manager.js';
import { unlimited } from '../../src/store/file-store.js';
import { toolOfAction } from '../../src/tools/offered.js';
import type { PolicyVerdict } from '../../src/tools/policy/policy.js';
import type { OfferedTool } from '../../src/tools/tool.js';

const context = {
  turnId: 'turn',
  agent: { id: 'agent' },
  messages: [{ source: {} }],
  signal: new AbortController().signal,
} as unknown as TurnContext;
type Effect = PolicyVerdict['effect'];
const asTheySay = (tool: OfferedTool): Effect => {
  try {
    return tool.needsApproval?.({}, context) ? 'ask' : 'allow';
  } catch {
    return 'ask';
  }
};
const record = (name: string, more: Partial<ActionRecord> = {}): ActionRecord => ({
  ...{ callId: `call ${name}`, name, arguments: '{}', state: 'planned', result: null, ok: false },
  ...{ startedAt: 0, durationMs: 0, ...more },
});
const step = (...actions: ActionRecord[]) => ({
  text: '',
  actions,
  usage: { inputTokens: 3, outputTokens: 1 },
});

describe('[structure.10] an action', () => {
  let ran: string[];
  let recorded: ActionState[][];
  let actions: Map<string, OfferedTool>;
  beforeEach(() => {
    [ran, recorded] = [[], []];
    const action = (name: string, more: Partial<Action> = {}) =>
      defineAction({
        ...{ name, description: name, parameters: z.object({}), ...more },
        async run() {
          ran.push(name);
          if (name === 'breaks') throw new Error('broken');
          return `${name} done`;
        },
      });
    const made = [
      action('plain'),
      action('breaks'),
      action('asks', { needsApproval: true }),
      action('cannot tell', {
        needsApproval: () => {
          throw new Error('?');
        },
      }),
      action('repeats', { repeatable: true }),
    ];
    actions = new Map(made.map((one) => [one.name, toolOfAction('test', one)]));
  });

  let audited: string[];
  /** Whether tools are paused, each time it is asked; empty: they are not. */
  let pauses: boolean[] = [];
  const run = async (records: ActionRecord[], effectOf: (tool: OfferedTool) => Effect = asTheySay) => {
    const taken = step(...records);
    audited = [];
    const manager = new ActionManager({
      judge: { judge: async ({ tool }) => ({ effect: effectOf(tool), rule: 'the rule' }) },
      limits: {
        timeoutMs: () => undefined,
        inTurn: () => null,
        count: async () => null,
        enter: async () => () => {},
      },
      audit: {
        write: async ({ tool, outcome, error }) =>
          void audited.push(`${tool} ${outcome} ${error ?? ''}`.trim()),
      },
      files: { files: undefined as never, quota: unlimited },
      unknown: async () => {},
      switches: {
        look: async () => {},
        tools: () => (pauses.shift() ? ({ what: 'tools' } as Pause) : null),
        onChange: () => () => {},
      },
    });
    const awaits = await manager.run({
      ...{ step: taken, index: 0, steps: [taken], actions, context },
      watcher: {
        ...{ started() {}, finished() {} },
        record: async () => void recorded.push(taken.actions.map(({ state }) => state)),
      },
    });
    return { awaits, states: taken.actions.map(({ state }) => state) };
  };

  it('is recorded as running before it runs, and as done or failed afterwards', async () => {
    const { awaits, states } = await run([record('plain'), record('breaks'), record('nonsense')]);
    expect(awaits).toBe(false);
    expect(states).toEqual(['done', 'failed', 'failed']);
    expect(recorded[0]).toEqual(['running', 'running', 'failed']);
    expect(recorded.at(-1)).toEqual(['done', 'failed', 'failed']);
    expect(audited).toEqual(
      expect.arrayContaining(['plugin:test:breaks failed tool_failed', 'nonsense failed tool_unknown']),
    );
  });

  it('that needs a decision is not run; the others of its step are, and all are looked at first', async () => {
    const records = [record('plain'), record('asks'), record('cannot tell')];
    expect(await run(records)).toEqual({ awaits: true, states: ['done', 'awaiting', 'awaiting'] });
    expect(ran).toEqual(['plain']);
    expect(recorded[0]).toEqual(['planned', 'awaiting', 'awaiting']);
    expect(recorded[1]).toEqual(['running', 'awaiting', 'awaiting']);
    // A worker that knows no states runs what has no result.
    expect(records.every(({ result }) => result !== null)).toBe(true);
    expect(await run(records)).toEqual({ awaits: true, states: ['done', 'awaiting', 'awaiting'] });
    expect(ran).toEqual(['plain']);
  });

  it('is not made unjudged where tools are resumed between the look at it and its run', async () => {
    pauses = [true, true];
    const { states } = await run([record('asks'), record('plain')], () => 'deny');
    expect(pauses).toEqual([]);
    expect(states).toEqual(['failed', 'failed']);
    expect(ran).toEqual([]);
    expect(audited).toEqual(['plugin:test:asks failed paused', 'plugin:test:plain failed paused']);
  });

  it('with bad arguments is not asked for', async () => {
    const { states } = await run([record('asks', { arguments: '[' }), record('asks', { arguments: '7' })]);
    expect(states).toEqual(['failed', 'failed']);
    expect(ran).toEqual([]);
  });

  it('is judged by whatever permits', async () => {
    const records = [record('plain'), record('asks')];
    expect(await run(records, ({ name }) => (name === 'plain' ? 'deny' : 'allow'))).toEqual({
      awaits: false,
      states: ['denied', 'done'],
    });
    expect(records[0]).toMatchObject({ ok: false, result: 'This is not permitted.' });
    expect(ran).toEqual(['asks']);
    expect(audited).toContain('plugin:test:plain denied policy_denied');
  });

  it('that was approved is asked about once more, and not made where it is denied by then', async () => {
    const records = [record('asks', { approved: true }), record('plain', { approved: true })];
    const effectOf = ({ name }: OfferedTool) => (name === 'plain' ? 'deny' : 'ask');
    expect(await run(records, effectOf)).toEqual({ awaits: false, states: ['done', 'denied'] });
    expect(ran).toEqual(['asks']);
  });

  it('that was running when its process died is unknown, unless it is repeatable', async () => {
    const running = { state: 'running', startedAt: 7 } as const;
    const records = [record('plain', running), record('repeats', running), record('gone', running)];
    expect(await run(records)).toEqual({ awaits: false, states: ['unknown', 'done', 'unknown'] });
    expect(ran).toEqual(['repeats']);
    expect(records[0]!.result).toMatch(/Nobody knows whether it took effect/);
  });

  it('is run when it was approved, though it would be asked for; and not when it was denied', async () => {
    const waiting = [step(record('plain', { state: 'done', result: 'x', ok: true }), record('asks'))];
    await run(waiting[0]!.actions);
    const [denied] = decidedSteps(waiting, { approve: false, by: 'token ann' });
    expect(await run(denied!.actions)).toEqual({ awaits: false, states: ['done', 'denied'] });
    expect(denied!.actions[1]!.result).toContain('token ann denied it');
    expect(ran).toEqual([]);
    const [approved] = decidedSteps(waiting, { approve: true });
    expect(approved!.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
    expect(await run(approved!.actions)).toEqual({ awaits: false, states: ['done', 'done'] });
    expect(ran).toEqual(['asks']);
    expect(waiting[0]!.actions[1]!.state).toBe('awaiting');
  });

  it('of before there were states is read as what it was', () => {
    const old = (result: string | null, ok: boolean, startedAt: number) => {
      const { state: _, ...rest } = record('old', { result, ok, startedAt });
      return rest as ActionRecord;
    };
    const steps = [step(old(null, false, 0), old(null, false, 1), old('y', true, 1), old('n', false, 1))];
    const [read] = readSteps(steps);
    expect(read!.actions.map(({ state }) => state)).toEqual(['planned', 'running', 'done', 'failed']);
    expect(readSteps([read!])).toEqual([read]);
  });
});
