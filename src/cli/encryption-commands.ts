import type { OutputOf } from '../operations/operations.js';
import { cells, type Row, words } from './cells.js';
import { type CommandGroup, typed } from './typed.js';

export const encryption: CommandGroup = {
  about: 'keys that stored data is encrypted under',
  commands: {
    status: typed('encryption.status', {
      about: 'which keys are in use, how much is under each, and how far a rotation is',
      isDefault: true,
      show: shown,
      fails: ({ rotation }) => rotation.state === 'failed',
    }),
    rotate: typed('encryption.rotate', {
      about: 'bring what is stored under the current key; it begins by itself, too',
      show: shown,
    }),
  },
};

function shown({ current, keys, unit, under, rotation }: OutputOf<'encryption.status'>): (string | Row)[] {
  const { state, done, total, problem } = rotation;
  const idle = keys.filter((id) => id !== current && !under.some(({ key }) => key === id));
  return [
    current ? `Stored data goes under the key "${current}".` : 'Stored data is not encrypted.',
    ...under.map(({ key, amount }) => cells(key ?? 'in the clear', `${amount} ${unit}`)),
    ...idle.map((id) =>
      cells(id, words(`nothing is under it: it may be taken out of CARRIER_ENCRYPTION_KEYS`)),
    ),
    ...(state === 'done'
      ? []
      : [cells(`rotation ${state}`, `${done} of ${total} ${unit}`, words(problem ?? ''))]),
  ];
}
