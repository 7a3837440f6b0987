import { expect, it } from 'vitest';
import { agentDesk } from '../../src/agent-desk.js';
import type { Connector } from '../../src/connector/connector.js';
import { Character } from '../../src/core/character.js';
import { FatalError } from '../../src/errors.js';

it('checks all platforms of an agent, also where one of them fails and says what it was sent', async () => {
  const agent = { id: 'ada', character: Character.parse({ name: 'Ada', bio: '.' }) };
  const faces: Pick<Connector, 'agentId' | 'name' | 'diagnose'>[] = [
    {
      ...{ agentId: 'ada', name: 'pager' },
      diagnose: () => Promise.reject(new FatalError('config_invalid', 'Bearer 4242abcdef is refused')),
    },
    { agentId: 'ada', name: 'chat', diagnose: async () => [{ check: 'it answers', ok: true }] },
  ];
  const desk = agentDesk(
    { bots: async () => ({ bots: [], problems: [] }), check: async () => [] } as never,
    () => [],
    () => ({ connectors: faces }) as never,
  );
  expect(await desk.check(agent)).toEqual([
    { check: 'it can be used', ok: false, fix: expect.stringMatching(/^Bearer (?!4242).* is refused$/) },
    { check: 'it answers', ok: true },
  ]);
});
