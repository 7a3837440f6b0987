/** Lists in a terminal fit it; in a pipe nothing is cut. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cells, words } from '../../src/cli/cells.js';
import { laidOut, table } from '../../src/cli/table.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { carrier, entry } from './carrier.js';

describe('a list', () => {
  const rows = [
    cells('turn_0001', 'done', words('a short reason'), words('and one that is much longer than the first')),
    cells('turn_02', '', words('春眠不覚暁処処聞啼鳥夜来風雨声'), words('')),
  ];

  it('stands in columns, and its widest words are shortened first', () => {
    expect(laidOut(rows, 200)).toEqual([
      'turn_0001  done  a short reason                  and one that is much longer than the first',
      'turn_02          春眠不覚暁処処聞啼鳥夜来風雨声',
    ]);
    expect(laidOut(rows, 60)).toEqual([
      'turn_0001  done  a short reason        and one that is much…',
      'turn_02          春眠不覚暁処処聞啼…',
    ]);
  });

  it('never fits by cutting ids, nor words to nothing', () => {
    expect(laidOut(rows, 10)).toEqual([
      'turn_0001  done  a short rea…  and one tha…',
      'turn_02          春眠不覚暁…',
    ]);
  });

  it('is whole in a pipe, without what is empty', () => {
    expect(laidOut(rows, undefined)).toEqual(rows.map(String));
    expect(String(rows[1])).toBe('turn_02  春眠不覚暁処処聞啼鳥夜来風雨声');
  });

  it('has no cell that moves the cursor, and lines between it stay as they are', () => {
    const shown = laidOut(
      [cells('a\u001b[2J', words('b\n\u202ec')), 'More: --cursor x', cells('d', 'e')],
      80,
    );
    expect(shown).toEqual(['a?[2J  b ?c', 'More: --cursor x', 'd  e']);
  });

  it('fits whatever stands in it, where ids leave room', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(99), text, text), { minLength: 1 }), fc.nat(120), (list, more) => {
        const width = 10 + more + 2 * (12 + 2);
        const lines = laidOut(
          list.map(([id, one, other]) => cells(`id_${id}`, words(one), words(other))),
          width,
        );
        expect(lines).toHaveLength(list.length);
        for (const [at, line] of lines.entries()) {
          expect(line.startsWith(`id_${list[at]![0]}`)).toBe(true);
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  it('has numbers at the right where it has a head', () => {
    expect(
      table(
        ['name', 'documents'],
        [
          ['a', '1,000'],
          ['少春', '7'],
        ],
      ),
    ).toEqual(['name  documents', 'a         1,000', '少春          7']);
  });
});

describe.skipIf(noTerminal)(`a list in a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  let home: Home;
  let terminal: Terminal | undefined;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(async () => {
    terminal?.close();
    await home.dispose();
  });

  it('is as wide as that, and whole in a pipe', async () => {
    const hub = await home.hub();
    const text = `Remember this: ${'a long way home, '.repeat(12)}and the end.`;
    await api(hub.url, hub.token.secret).send('assistant', { text, userId: 'ann' });
    const env = { ...home.settings(), PATH: process.env.PATH!, HOME: home.folder };
    const args = ['rooms', 'messages', 'user:ann'];
    const [{ roomId }] = (
      JSON.parse((await carrier(['rooms', '--json'], { cwd: home.folder, env })).stdout) as {
        rooms: [{ roomId: string }];
      }
    ).rooms;
    args[2] = roomId;
    const piped = await carrier(args, { cwd: home.folder, env });
    expect(piped.stdout).toContain(`ann:  ${text}`);
    const size = { cwd: home.folder, env, columns: 70, rows: 20 };
    terminal = new Terminal([process.execPath, entry, ...args], size);
    expect(await terminal.ended()).toBe(0);
    const [first = ''] = terminal.screen().split('\n');
    expect(first).toMatch(/^20\S+Z {2}ann: +Remember this: a long .*…$/);
    expect(stringWidth(first)).toBeLessThanOrEqual(70);
  });
});
