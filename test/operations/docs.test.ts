import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { permissions } from '../../src/access/permissions.js';
import { alone, groups } from '../../src/cli/commands.js';
import { reservedIds } from '../../src/core/character.js';
import { routes } from '../../src/http/routes.js';
import { operations } from '../../src/operations/operations.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/operations.md', () => {
  it('lists the operations as they are', () => {
    expect(read('docs/operations.md')).toContain(table());
  });
});

describe('the reference of the API', () => {
  const readme = read('docs/http-api.md');
  const documented = [...readme.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[\w/:-]*)[^`]*`/g)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  const carried = routes.map(({ method, path }) => `${method} ${path}`);

  it('has every route', () => {
    expect(carried.filter((route) => !documented.includes(route))).toEqual([]);
  });

  it('has no route that there is not', () => {
    const others = [
      ...['POST /:agentId/message', 'GET /:agentId/rooms/:roomId/messages', 'GET /:agentId/turns/:turnId'],
      ...[
        'GET /:agentId/rooms/:roomId/messages/:messageId/files/:index',
        'GET /healthz',
        'GET /readyz',
        'GET /metrics',
        'POST /webhooks/:agentId/:source',
        'GET /docs',
        'GET /webchat/:agentId',
      ],
    ];
    expect(documented.filter((route) => ![...carried, ...others].includes(route))).toEqual([]);
  });

  it('has every command', () => {
    const missing = Object.entries(groups).flatMap(([group, { commands }]) => {
      const line =
        read('docs/command-line.md')
          .split('\n')
          .find((text) => text.startsWith(`carrier ${group} `)) ?? '';
      return Object.keys(commands)
        .filter((verb) => !line.includes(verb))
        .map((verb) => `${group} ${verb}`);
    });
    expect(missing).toEqual([]);
  });
});

describe('the first parts of routes', () => {
  it('are no agents’ ids', () => {
    const first = routes.map(({ path }) => path.split('/')[1]!).filter((part) => !part.startsWith(':'));
    const others = ['docs', 'healthz', 'mcp', 'metrics', 'plugins', 'readyz', 'v1', 'webchat', 'webhooks'];
    expect([...reservedIds].sort()).toEqual([...new Set([...first, ...others])].sort());
  });
});

function holdersOf({ least, self, places }: { least: string; self?: true; places?: string }): string {
  const also = [places && `${places} for places`, self && 'oneself'].filter(Boolean);
  return [least, ...also].join('; ');
}

function table(): string {
  const typed = Object.entries(groups).flatMap(([group, { commands }]) =>
    Object.entries(commands).map(([verb, { operation }]) => ({ operation, words: `${group} ${verb}` })),
  );
  for (const [word, { operation }] of Object.entries(alone)) typed.push({ operation, words: word });
  const cells = operations.map(({ name, about, permission }) => [
    `\`${name}\``,
    about,
    `\`${permission}\`: ${holdersOf(permissions[permission])}`,
    routes
      .filter(({ operation }) => operation === name)
      .map(({ method, path }) => `\`${method} ${path}\``)
      .join(', '),
    typed
      .filter(({ operation }) => operation === name)
      .map(({ words }) => `\`${words}\``)
      .join(', '),
  ]);
  const rows = [
    ['operation', 'what it does', 'permission, and the least role', 'route', '`carrier …`'],
    Array(5).fill('---'),
  ];
  return [...rows, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
