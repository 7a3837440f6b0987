/** What a start waits for: a library that only some messages need is loaded with the first of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';

/** What each is for; together they were a fifth of all files that a start read. */
const later = {
  ajv: "schemas of tools that are not the hub's own",
  yaml: 'skills, OpenAPI documents, behaviour tests',
  'mdast-util-from-markdown': 'replies on platforms',
  micromark: 'the same',
  'string-width': 'lists in the terminal',
};

it('is none of the libraries that a hub without platforms and tool servers has no use for yet', async () => {
  const [home, folder] = [new Home(), mkdtempSync(join(tmpdir(), 'carrier-loads-'))];
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await home.dispose();
  });
  const hub = new HubProcess(home.settings({ NODE_V8_COVERAGE: folder, HOME: home.folder }));
  await hub.start();
  expect(await hub.end('SIGTERM')).toBe(0);
  const loaded = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  expect(loaded.some((url) => url.includes('/node_modules/zod/'))).toBe(true);
  for (const name of Object.keys(later))
    expect(loaded.filter((url) => url.includes(`/node_modules/${name}/`)).slice(0, 1), name).toEqual([]);
}, 60_000);
