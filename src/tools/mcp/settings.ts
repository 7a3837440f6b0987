/** How people name a server, by a program or by an address. */
import { z } from 'zod';
import { secret } from '../../extension-api.js';

const texts = z.record(z.string().min(1), z.string());
const secrets = z.record(z.string().min(1), secret());

export const McpSettings = z
  .strictObject({
    command: z
      .string()
      .min(1)
      .optional()
      .describe('The program, found by PATH, or a path from where the settings are.'),
    args: z.array(z.string()).default([]),
    cwd: z.string().min(1).optional().describe('Where it runs; default: where the settings are.'),
    env: texts.default({}).describe('What it sees of the environment, besides HOME, PATH and the like.'),
    secrets: secrets.default({}).describe('The same, as env:NAME, file:PATH or secret:NAME.'),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .optional()
      .describe('A server at an address, in the place of a program.'),
    headers: texts.default({}),
    secretHeaders: secrets.default({}).describe('The same, as env:NAME, file:PATH or secret:NAME.'),
    tools: z.array(z.string().min(1)).default(['*']).describe('Those that are taken, with * for any text.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(30_000)
      .describe('How long a call may be silent; what it says of its progress counts.'),
    totalTimeoutMs: z.int().min(100).max(86_400_000).default(300_000).describe('How long a call may take.'),
  })
  .superRefine(({ command, url, ...others }, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (command === undefined && url === undefined) wrong('command', 'is missing; or name a "url"');
    if (command !== undefined && url !== undefined) wrong('url', 'cannot stand beside a "command"');
    const ofOther =
      url === undefined ? (['headers', 'secretHeaders'] as const) : (['env', 'secrets'] as const);
    for (const field of ofOther)
      if (Object.keys(others[field]).length > 0)
        wrong(field, `belongs to a ${url === undefined ? '"url"' : '"command"'}, which there is not`);
  });
