/** Codes that people read to one another: without 0 and O, 1, I and L, which are mixed up. */
import { createHmac, randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const codeLength = 8;

export function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** The same code for the same text in every process that has the key. */
export function derivedCode(key: Uint8Array, text: string): string {
  const digest = createHmac('sha256', key).update(text).digest();
  return Array.from(
    { length: codeLength },
    (_, index) => alphabet[digest.readUInt16BE(index * 2) % alphabet.length],
  ).join('');
}

/** As somebody typed it: with small letters, spaces or dashes. */
export function readCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
