import { cells, words } from './cells.js';
import { type CommandGroup, typed } from './typed.js';

export const connectors: CommandGroup = {
  about: 'on which platforms agents can be reached, and how that is going',
  commands: {
    list: typed('connectors.list', {
      about: 'how each is, its last error, and which settings are missing; exit code 1 if one is not well',
      isDefault: true,
      show: ({ connectors }) =>
        connectors.flatMap(({ agentId, connector, state, since, lastError, missing }) => [
          cells(agentId ?? '(all agents)', connector, state, since ? `since ${since}` : ''),
          ...(lastError ? [cells('  last error', lastError.at, words(lastError.message))] : []),
          ...missing.map(({ field, message }) => cells('  missing', words(`${field}: ${message}`))),
        ]),
      fails: ({ connectors }) => connectors.some(({ state }) => state !== 'runs' && state !== 'stands-by'),
    }),
    test: typed('connectors.test', {
      about: 'ask the platform now whether the agent can work there; exit code 1 if something is wrong',
      fields: ['agentId', 'connector'],
      show: ({ findings }) =>
        findings.map(({ check, ok, fix }) => cells(ok ? 'ok' : 'no', words(check), words(fix ?? ''))),
      fails: ({ ok }) => !ok,
    }),
  },
};
