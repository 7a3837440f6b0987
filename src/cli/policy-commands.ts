/** What is allowed of tools: `carrier policy`, and what of `carrier tools` is about that. */

import { cells, words } from './cells.js';
import { type CommandGroup, type Typed, typed } from './typed.js';

const ofAgent: Typed['options'] & {} = [['--agent <id>', 'the agent']];

export const policyCommands: CommandGroup = {
  about: 'which calls of tools are denied, asked for or allowed',
  commands: {
    show: typed('policy.show', {
      about: 'the rules and limits in force for an agent',
      options: ofAgent,
      show: (policy) => JSON.stringify(policy, null, 2).split('\n'),
    }),
    explain: typed('policy.explain', {
      about: 'which rule decides about a call, and which others are about it',
      options: [
        ...ofAgent,
        ['--tool <key>', 'its key, such as mcp:files:delete_file'],
        ['--person <account>', 'who asks: CONNECTOR:USER or CONNECTOR/TENANT:USER'],
        ['--role <role>', 'without it, what they have there, or guest'],
        ['--place <place>', 'CONNECTOR/TENANT/CHANNEL'],
        ['--room <kind>', 'direct or group'],
        ['--tainted', 'the turn has read what is from outside'],
        ['--arguments <json>', 'those of the call'],
      ],
      show: ({ effect, rule, reason, ask, matched, known, meant, problem, role }) => [
        cells(effect, rule, words(reason ?? '')),
        ...(ask ? [`  ${JSON.stringify(ask)}`] : []),
        ...(known
          ? []
          : [
              `  The agent has no such tool now${meant ? ` (did you mean ${meant}?)` : ''}: the worst is thought of it.`,
            ]),
        ...(problem ? ['  The tool does not take these arguments:', ...linesOf(problem)] : []),
        `Rules that are about it, asked by: ${role}`,
        ...matched.map((one) => cells(`  ${one.effect}`, one.rule, one.from, words(one.reason ?? ''))),
      ],
    }),
  },
};

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`);
}

export const offered: Typed = typed('tools.list', {
  about: 'those that an agent has, and what the policy says of each',
  options: [...ofAgent, ['--role <role>', 'of whoever asks; without it, member']],
  show: ({ tools }) =>
    tools.map(({ key, name, effect, rule, hints, accepted }) =>
      cells(
        ...[effect, key, words(name), rule, accepted ? '' : '(changed)'],
        Object.entries({ ...hints, destructive: hints.destructive && !hints.readOnly })
          .flatMap(([hint, is]) => (is ? [hint] : []))
          .join(' '),
      ),
    ),
});

export const accept: Typed = typed('tools.accept', {
  about: 'take one that has changed as it is now',
  fields: ['key'],
  options: [
    ['--agent-id <id>', 'of this agent; without it, of all'],
    ['--digest <digest>', 'of what was shown; needed with --yes'],
  ],
  asks: true,
  idle: ({ tools }) => tools.length === 0,
  show: ({ tools }, { key }) =>
    tools.length === 0
      ? [`Nothing of ${key} has changed; carrier tools offered shows what has.`]
      : tools.flatMap(({ agentId, digest, accepted, difference }) => [
          cells(accepted ? 'accepted' : 'changed', agentId, `--digest ${digest.slice(0, 12)}`),
          ...difference.map((line) => `  ${line}`),
        ]),
});
