/** Whether speed depends on how many rooms are at work, on how long they are, and on how much else is stored. */
import { closeSync, cpSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Figures, median } from './figures.js';
import { quick } from './load.js';
import { folder, measure, settings } from './processes.js';

const roundCount = quick ? 1 : 3;

/** What is stored before the measurement, and how many rooms send. */
export interface Shape {
  /** Rooms that send. */
  rooms: number;
  /** Memories that each of them has. */
  perRoom: number;
  /** Memories in all; the others lie in rooms that are silent. */
  stored: number;
}

/** In each row, one thing differs. */
const points: [dimension: keyof Shape, key: string, shape: Shape][] = [
  ...[50, 500, 5000].map((rooms) => at('rooms', rooms, { rooms, perRoom: 40, stored: 0 })),
  ...[40, 1000].map((perRoom) => at('perRoom', perRoom, { rooms: 50, perRoom, stored: 0 })),
  ...[1000, 100_000, 1_000_000].map((stored) => at('stored', stored, { rooms: 50, perRoom: 20, stored })),
];

function at(dimension: keyof Shape, value: number, shape: Shape): (typeof points)[number] {
  return [dimension, String(value), shape];
}

export function flatFigures(): Partial<Figures> {
  const flat: Figures['flat'] = { rooms: {}, perRoom: {}, stored: {} };
  for (const dimension of ['rooms', 'perRoom', 'stored'] as const) {
    const row = points
      .filter(([of]) => of === dimension)
      .map(([, key, shape]) => ({ key, shape, filled: filled(shape), rates: [] as number[] }));
    for (let i = 0; i < roundCount; i++)
      for (const { shape, filled, rates } of row) rates.push(rate(shape, filled));
    for (const { key, rates, filled } of row) {
      flat[dimension][key] = median(rates);
      rmSync(filled, { recursive: true });
    }
    const told = row.map(({ key, rates }) => `${key}: ${rates.map((one) => one.toFixed(0)).join(' ')}`);
    process.stdout.write(`  ${dimension} ${told.join(', ')} a second\n`);
  }
  return { flat };
}

/** A data folder with the memories of this shape. */
function filled(shape: Shape): string {
  const dataDir = folder();
  measure('filled.ts', [JSON.stringify(shape)], { env: { CARRIER_DATA_DIR: dataDir } });
  return dataDir;
}

/** Messages a second on a copy of this folder. */
function rate(shape: Shape, from: string): number {
  const { CARRIER_DATA_DIR: dataDir } = settings() as { CARRIER_DATA_DIR: string };
  cpSync(from, dataDir, { recursive: true });
  // What is still on its way to the disk would hold up the flushes that are measured.
  for (const name of readdirSync(dataDir)) flush(join(dataDir, name));
  const rate = measure<number>('flat-point.ts', [JSON.stringify(shape)], {
    env: { CARRIER_DATA_DIR: dataDir },
  });
  rmSync(dataDir, { recursive: true });
  return rate;
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
