import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('connectors/README.md shows the connector that runs the contract', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const [, example] = /```ts\n([\s\S]+?)```/.exec(read('../../connectors/README.md'))!;
  expect(example).toBe(read('./pager-connector.ts'));
});
