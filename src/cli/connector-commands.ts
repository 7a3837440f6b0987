import { row } from './output.js';
import { type CommandGroup, typed } from './typed.js';

export const connectors: CommandGroup = {
  about: 'on which platforms agents can be reached, and how that is going',
  commands: {
    list: typed('connectors.list', {
      about: 'how each is, its last error, and which settings are missing; exit code 1 if one is not well',
      isDefault: true,
      show: ({ connectors }) =>
        connectors.flatMap(({ agentId, connector, state, since, lastError, missing }) => [
          row(agentId ?? '(all agents)', connector, state, since ? `since ${since}` : ''),
          ...(lastError ? [row('  last error', lastError.at, lastError.message)] : []),
          ...missing.map(({ field, message }) => row('  missing', `${field}: ${message}`)),
        ]),
      fails: ({ connectors }) => connectors.some(({ state }) => state !== 'runs' && state !== 'stands-by'),
    }),
    test: typed('connectors.test', {
      about: 'ask the platform now whether the agent can work there; exit code 1 if something is wrong',
      fields: ['agentId', 'connector'],
      show: ({ findings }) => findings.map(({ check, ok, fix }) => row(ok ? 'ok' : 'no', check, fix ?? '')),
      fails: ({ ok }) => !ok,
    }),
  },
};
