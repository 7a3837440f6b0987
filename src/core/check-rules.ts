/** What stands under `checks`, in carrier.config.json and in a character: what is taken out of what agents say and send. */
import { z } from 'zod';

/** `docs.example.com`, `*.example.com` for a host and all below it, `*` for any. */
const HostPattern = z
  .string()
  .regex(
    /^(\*|(\*\.)?[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?|\[[\da-f:.]+\])$/iu,
    'must be a host, such as docs.example.com, *.example.com, or * for any',
  );

const shape = {
  links: z.boolean().optional().describe('Links to hosts that nobody named; default on.'),
  images: z.boolean().optional().describe('Images of hosts that are not allowed; default on.'),
  secrets: z.boolean().optional().describe('Secrets, by their value and by their shape; default on.'),
  instructions: z.boolean().optional().describe("Long pieces of the agent's instructions; default on."),
  allowedHosts: z
    .array(HostPattern)
    .max(1000)
    .default([])
    .describe('Hosts to which links and images may lead, whoever named them.'),
  untrusted: z
    .array(z.string().min(1).max(512))
    .max(1000)
    .default([])
    .describe(
      'Tools by key, `*` for any text, of which not even the description is trusted: it taints every turn of an agent that is offered one.',
    ),
  outside: z
    .array(z.string().min(1).max(512))
    .max(1000)
    .default([])
    .describe(
      'Tools by key, `*` for any text, that deal with the world outside, whatever they say of themselves.',
    ),
};

/** As it stands in both places. What a character leaves out is as the hub's settings say; the lists add up. */
export const CheckSettings = z.strictObject(shape);
export type CheckSettings = z.output<typeof CheckSettings>;
