/** A plugin as a file, whose actions write into a file what they did, so that processes that are killed leave it behind. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Offline models know the phrases `wire 5`, `note 5` and `explode`. Only `wire` needs approval. */
export function writeBank(characters: string): { ledger(): { did: string; user: string; key: string }[] } {
  const file = join(characters, 'ledger.txt');
  const source = `
    import { appendFileSync } from 'node:fs';
    import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
    const write = (did, { user, idempotencyKey }) =>
      appendFileSync(${JSON.stringify(file)}, JSON.stringify({ did, user: user.id, key: idempotencyKey }) + '\\n');
    const parameters = z.object({ amount: z.number() });
    export default {
      name: 'bank',
      actions: [
        {
          name: 'wire', description: 'Wires money.', parameters, needsApproval: true,
          phrases: ['wire {amount}'],
          async run({ amount }, context) { write('wire ' + amount, context); return 'wired ' + amount; },
        },
        {
          name: 'note', description: 'Notes an amount.', parameters, phrases: ['note {amount}'],
          async run({ amount }, context) { write('note ' + amount, context); return 'noted ' + amount; },
        },
        {
          name: 'explode', description: 'Ends the process.', parameters: z.object({}), repeatable: true,
          phrases: ['explode'],
          async run(_, context) { write('explode', context); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); },
        },
        {
          name: 'vanish', description: 'Ends the process, once.', parameters: z.object({}),
          phrases: ['vanish'],
          async run(_, context) { write('vanish', context); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); },
        },
      ],
    };`;
  writeFileSync(join(characters, 'bank.js'), source);
  writeFileSync(join(characters, 'package.json'), '{"type":"module"}');
  return {
    ledger: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .trim()
            .split('\n')
            // It is there before anything stands in it.
            .filter(Boolean)
            .map((line) => JSON.parse(line))
        : [],
  };
}
