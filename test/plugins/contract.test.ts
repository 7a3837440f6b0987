import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Plugin } from '../../src/extension-api.js';
import { pluginContract } from '../../src/testing/plugin.js';

const builtinDir = new URL('../../plugins/', import.meta.url);
const samples: Record<string, Record<string, Record<string, unknown>>> = {
  calculate: { calculate: { expression: '15% of 80' } },
  remember: {
    remember: { fact: 'I like tea' },
    forget: { what: 'tea' },
    recall_facts: { about: 'tea' },
    keep_files: {},
  },
  schedule: {
    schedule: { text: 'stretch', inMinutes: 2 },
    scheduled: {},
    unschedule: { id: 'x' },
  },
  time: { current_time: { place: 'Tokyo' } },
};

for (const [name, of] of Object.entries(samples))
  pluginContract(
    name,
    async () => ((await import(new URL(`${name}.ts`, builtinDir).href)) as { default: Plugin }).default,
    of,
  );

it('every plugin of the hub runs the contract', () => {
  const files = readdirSync(builtinDir).filter((file) => file.endsWith('.ts'));
  expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual(Object.keys(samples).sort());
});
