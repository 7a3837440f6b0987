/** Whatever there is has a line in the matrix, and no line is about what there is not. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routes as apiRoutes } from '../../../connectors/http/routes.js';
import { alone, groups } from '../../../src/cli/commands.js';
import { routes } from '../../../src/http/routes.js';
import { operations } from '../../../src/operations/operations.js';
import { calls } from './calls.js';
import { byCommand, inChat, overHttp, withoutToken } from './expectations.js';
import { emptyLine, fateOf, linesOf } from './table.js';

const http = linesOf(overHttp);
const chat = linesOf(inChat);
const typed = linesOf(byCommand);

const commands = [
  ...Object.entries(groups).flatMap(([group, { commands }]) =>
    Object.entries(commands).map(([verb, { operation }]) => ({ name: `${group} ${verb}`, by: operation })),
  ),
  ...Object.entries(alone).map(([name, { operation }]) => ({ name, by: operation })),
];

const routed = routes.map(({ method, path, operation }) => ({
  name: operation as string,
  by: `${method} ${path}`,
}));
const others = [
  ...apiRoutes.map(({ method, path }) => `${method} ${path}`),
  // What a plugin and connectors serve behind tokens.
  ...['GET /plugins/:name', 'GET /connectors/of-all', 'GET /connectors/of-agent'],
  ...documented(),
];

/** The reference of the API names all of them (`docs.test.ts`). */
function documented(): string[] {
  const readme = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
  const found = [...readme.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[\w/:-]*)[^`]*`/g)];
  return found
    .map(([, method, path]) => `${method} ${path}`)
    .filter((route) => !withoutToken.includes(route) && !routed.some(({ by }) => by === route));
}

it('every operation and every route has a line: add what is missing, and think what is right', () => {
  const has = (name: string, by: string) =>
    http.some((line) => (line.operation ?? '-') === name && line.by === by);
  const missing = [
    ...routed.filter(({ name, by }) => !has(name, by)).map(({ name, by }) => emptyLine(overHttp, name, by)),
    ...others.filter((by) => !has('-', by)).map((by) => emptyLine(overHttp, '-', by)),
  ];
  const asked = new Set([...routed.map(({ name }) => name), ...chat.map(({ by }) => by)]);
  for (const { name } of operations) if (!asked.has(name)) missing.push(emptyLine(inChat, '/COMMAND', name));
  for (const { name, by } of commands)
    if (!typed.some((line) => line.name === name && line.by === by))
      missing.push(emptyLine(byCommand, name, by));
  expect(missing.join('\n')).toBe('');
});

it('no line is about what there is not', () => {
  const known = [...routed.map(({ name, by }) => `${name} ${by}`), ...others.map((by) => `- ${by}`)];
  expect(
    http.map(({ operation, by }) => `${operation ?? '-'} ${by}`).filter((line) => !known.includes(line)),
  ).toEqual([]);
  const more = typed.filter(({ name }) => !commands.some((known) => known.name === name));
  expect(more.map(({ name }) => name)).toEqual(['chat', 'chat+model', 'send']);
  const names = operations.map(({ name }) => name as string);
  expect(chat.map(({ by }) => by).filter((name) => name !== '-' && !names.includes(name))).toEqual([]);
});

it('every cell says something, and every line is tried', () => {
  const cells = [...http, ...chat, ...typed].flatMap(({ name, by, cells }) =>
    Object.values(cells).map((cell) => ({ line: `${name}  ${by}`, cell })),
  );
  const unclear = cells.filter(({ cell }) => {
    try {
      return fateOf(cell, 'guest') === undefined;
    } catch {
      return true;
    }
  });
  expect(unclear).toEqual([]);
  const keys = http.map(({ name, by, operation }) => (operation ? name : `${by}${name.slice(1)}`));
  expect(Object.keys(calls).sort()).toEqual(keys.sort());
});
