/** What an agent of OpenClaw has noted of its owner: USER.md, MEMORY.md, and a file for each day. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Said } from '../../../importing.js';
import { cleaned } from '../discreet.js';
import type { Remark } from '../plan.js';
import type { OpenFolder } from './folder.js';

const aboutOwner = ['USER.md', 'MEMORY.md'];
/** A fact is no longer. */
const longestFact = 1000;
const longestPiece = 2000;
const mostBytes = 4 * 1024 * 1024;
/** Of one agent. */
const mostPieces = 20_000;

export async function notesOf(workspace: string, folder: OpenFolder, remarks: Remark[]): Promise<Said[]> {
  const found = new Map<string, Said>();
  const add = (from: string, text: string, at: number, isFact: boolean) => {
    // By its words: what was moved or added around it since changes nothing.
    const key = `${from}#${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    const fact = isFact && text.length <= longestFact && { fact: true as const };
    if (found.size < mostPieces) found.set(key, { key, from, text, at, role: 'user', ...fact });
    else if (found.size === mostPieces && !found.has(key))
      remarks.push({ path: from, why: `is beyond the ${mostPieces} notes that are taken of an agent` });
  };
  for (const name of aboutOwner) {
    const path = join(workspace, name);
    const text = await folder.text(path, remarks, mostBytes);
    if (text === null) continue;
    const { mtimeMs } = await stat(path);
    for (const one of statementsIn(text)) add(name, one, Math.trunc(mtimeMs), true);
  }
  const memory = join(workspace, 'memory');
  for (const name of await folder.names(memory)) {
    const path = join(memory, name);
    const from = `memory/${name}`;
    if (!/\.md$/i.test(name)) {
      if (!/\.sqlite|^\./.test(name))
        remarks.push({ path: folder.nameOf(path), why: 'is no note in Markdown' });
      continue;
    }
    const text = await folder.text(path, remarks, mostBytes);
    if (text === null) continue;
    const at = dayIn(name) ?? Math.trunc((await stat(path)).mtimeMs);
    for (const one of piecesOf(text, (long) => cleaned(long, from, remarks))) add(from, one, at, false);
  }
  return [...found.values()];
}

/** Noon of the day that the name says, Unix ms. */
function dayIn(name: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})\b/.exec(name) ?? [];
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), 12);
  return Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day) ? null : at;
}

const hint = /^[_*]{0,3}\(.*\)[_*]{0,3}$/;

/** Each item of a list and each paragraph, with the heading above it. */
export function statementsIn(text: string): string[] {
  const found: string[] = [];
  let heading = '';
  let open = false;
  for (const line of text.replace(/<!--[\s\S]*?-->/g, '').split('\n')) {
    const [, marks, title] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
    const [, item] = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$/.exec(line) ?? [];
    if (title !== undefined) heading = marks!.length === 1 ? '' : plain(title);
    if (title !== undefined || line.trim() === '' || /^\s*---+\s*$/.test(line)) open = false;
    else if (open && item === undefined) found.push(`${found.pop()} ${plain(line)}`);
    else {
      const said = plain(item ?? line);
      // A name of a field whose value nobody has filled in says nothing.
      const [, , value = said] = /^([^:]{1,60}):\s*(.*)$/.exec(said) ?? [];
      open = value !== '' && !hint.test(value);
      if (open) found.push(heading === '' ? said : `${heading}: ${said}`);
    }
  }
  return found;
}

function plain(text: string): string {
  return text
    .trim()
    .replace(/\*\*|__/g, '')
    .trim();
}

/** Sections, and of long ones as many paragraphs as belong into one memory. @param clean what has to be cut, first */
function piecesOf(text: string, clean: (long: string) => string): string[] {
  const found: string[] = [];
  for (const section of text.split(/\n(?=#{1,6}\s)/)) {
    let piece = '';
    for (const paragraph of section.split(/\n\s*\n/).flatMap((one) => cut(one, clean))) {
      if (piece !== '' && piece.length + paragraph.length > longestPiece) {
        found.push(piece);
        piece = '';
      }
      piece = piece === '' ? paragraph : `${piece}\n\n${paragraph}`;
    }
    found.push(piece);
  }
  return found.map((one) => one.trim()).filter((one) => one.replace(/^#{1,6}\s.*$/gm, '').trim() !== '');
}

function cut(paragraph: string, clean: (long: string) => string): string[] {
  const parts: string[] = [];
  const whole = paragraph.length > longestPiece ? clean(paragraph) : paragraph;
  for (let at = 0; at < whole.length; at += longestPiece) parts.push(whole.slice(at, at + longestPiece));
  return parts;
}
