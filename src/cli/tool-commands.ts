import type { Input } from './carry.js';
import { cells, words } from './cells.js';
import { definedIn, documentAt } from './input-file.js';
import { accept, offered } from './policy-commands.js';
import { type Typed, typed } from './typed.js';

/** `--version` is the program's own. */
const ifStill: Typed['options'] = [['--if-version <number>', 'only where it still has this version']];

function versioned({ ifVersion, ...said }: Input): Input {
  return ifVersion === undefined ? said : { ...said, version: ifVersion };
}

export const toolCommands = {
  about: 'tools that are registered while the hub runs, and what agents are offered',
  commands: {
    list: typed('tools.registered', {
      about: 'which there are, and who is offered them',
      isDefault: true,
      show: ({ tools }) =>
        tools.map(({ tool: { name, method, url, agents }, version, changedAt }) =>
          cells(name, method, url, `for ${agents.join(' ') || 'nobody'}`, `version ${version}`, changedAt),
        ),
    }),
    show: typed('tools.show', {
      about: 'the definition of one; secrets are references there',
      fields: ['name'],
      show: (registered) => JSON.stringify(registered, null, 2).split('\n'),
    }),
    add: typed('tools.add', {
      about: 'register the one that a file of JSON or YAML defines',
      fields: ['file'],
      input: definedIn,
      show: ({ tool: { name, agents } }) => [`Registered: ${name}, for ${agents.join(' ') || 'nobody'}.`],
    }),
    import: typed('tools.import', {
      about: 'register the operations of an OpenAPI document: a file, or an address',
      fields: ['source'],
      options: [
        ['--agents <ids...>', 'who is offered them; * for all'],
        ['--prefix <text>', 'their names begin so'],
        ['--only <names...>', 'of the tools that it would give, these alone'],
        ['--base <url>', 'where the API is, whatever the document says'],
        ['--header <lines...>', "sent with each call, such as 'Authorization: Bearer {secret:crm}'"],
        ['--allow-private', 'also where its addresses are of this machine or its network'],
      ],
      input: documentAt,
      show: ({ added, changed, unchanged, skipped }) => [
        ...added.map((name) => cells('added', name)),
        ...changed.map((name) => cells('changed', name)),
        ...unchanged.map((name) => cells('as before', name)),
        ...skipped.map(({ operation, problem }) => cells('!', operation, words(problem))),
      ],
      fails: ({ skipped }) => skipped.length > 0,
    }),
    change: typed('tools.change', {
      about: 'replace the one of that name by what the file defines',
      fields: ['file'],
      options: ifStill,
      input: (said) => definedIn(versioned(said)),
      show: ({ tool: { name }, version }) => [`Changed: ${name}, now version ${version}.`],
    }),
    remove: typed('tools.remove', {
      about: 'take one away from all agents',
      fields: ['name'],
      options: ifStill,
      input: versioned,
      show: ({ name }) => [`Removed: ${name}.`],
    }),
    servers: typed('tools.servers', {
      about: "the MCP servers and other sources of an agent's tools; exit code 1 if one is away",
      fields: ['agent'],
      show: ({ servers }) =>
        servers.flatMap(({ name, state, since, restarts, tools, lastError, problem }) => [
          cells(
            name,
            state,
            since ? `since ${since}` : '',
            `${tools} tools`,
            `connected anew ${restarts} times`,
          ),
          ...(problem ? [cells('  problem', words(problem))] : []),
          ...(lastError ? [cells('  last error', lastError.at, words(lastError.message))] : []),
        ]),
      fails: ({ servers }) => servers.some(({ state }) => state === 'away' || state === 'unusable'),
    }),
    offered,
    accept,
  },
};
