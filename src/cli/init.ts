import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { includedCharacters, packageFolder } from '../package-folder.js';
import { print } from './output.js';

/** Puts the included characters and a `.env` into this folder, to be edited. What is there stays as it is. */
export function init(): void {
  const folder = resolve('characters');
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(includedCharacters).filter((file) => file.endsWith('.json'));
  for (const file of files) copyUnlessThere(join(includedCharacters, file), join(folder, file));
  copyUnlessThere(join(packageFolder, '.env.example'), resolve('.env'));
  print('\nNext: edit them, then `npx carrier start`. `npx carrier doctor` says what is missing.');
}

function copyUnlessThere(from: string, to: string): void {
  const there = existsSync(to);
  if (!there) copyFileSync(from, to);
  print(`${there ? 'is there' : 'written '}  ${to}`);
}
