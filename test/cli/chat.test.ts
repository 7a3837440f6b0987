/** `carrier chat` in pipes, and what it makes of pieces of an answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blocks } from '../../src/cli/chat/blocks.js';
import { asOneLine, asTyped } from '../../src/cli/chat/keys.js';
import { shown, shownMarkdown } from '../../src/cli/chat/shown.js';
import { stylesFor, wantsColour } from '../../src/cli/chat/styles.js';
import { HeldModel } from '../support/held-model.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { carrier } from './carrier.js';

describe('the chat in a pipe', () => {
  let home: Home;
  let model: HeldModel;
  let hub: HubProcess;
  beforeAll(async () => {
    home = new Home();
    home.character('assistant', {
      name: 'Ada',
      bio: 'A helpful assistant.',
      memory: { facts: { extract: 'off' }, recall: 0 },
      conversation: { summary: false },
    });
    model = await HeldModel.start();
    hub = new HubProcess(home.settings({ ...model.settings, HOME: home.folder }));
    await hub.start();
  });
  afterAll(async () => {
    await hub.end('SIGKILL');
    model.stop();
    await home.dispose();
  });
  const chat = (input: string, ...args: string[]) =>
    carrier(['chat', ...args], {
      cwd: home.folder,
      env: home.settings({ ...model.settings, FORCE_COLOR: '1' }),
      input,
    });

  it('[seen.42] asks the whole pipe as one question, and prints the answer alone', async () => {
    const ended = chat('first line\n\nsecond line\n/quit\n');
    await model.isAsked(1);
    model.end('It is **two** lines.\u001b[31m\n\n\u001b]0;x\u0007- one');
    const { code, stdout } = await ended;
    expect([code, stdout]).toEqual([0, 'It is **two** lines.\n\n- one\n']);
    expect(model.asked).toHaveLength(1);
    expect(JSON.parse(model.asked[0]!)).toMatch(/first line[\s\S]*second line[\s\S]*\/quit/);
  });

  it('[http-and-cli.15] [seen.42] ends with 1 where the answer failed, the error on standard error', async () => {
    const ended = chat('will fail');
    await model.isAsked(2);
    model.refuse(400, 'no such model');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^carrier: Sorry/);
  });

  it.each([
    ['an agent that is not there', 'hello', ['nobody'], /No agent "nobody"/],
    ['an empty pipe', ' \n\n', [], /Nothing came through the pipe/],
  ])('[http-and-cli.15] ends with 1 for %s', async (_, input, args, told) => {
    const { code, stdout, stderr } = await chat(input, ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(told);
    expect(stderr).not.toContain('    at ');
  });
});

describe('an answer in pieces', () => {
  const plain = stylesFor(false);
  const text =
    '# Head\n\nSome **bold** and `code` here.\n\n1. one\n\n   more\n2. two\n\n```js\nconst a = 1;\n\nb\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\nend';
  const inPieces = (size: number) => {
    const blocks = new Blocks(plain);
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      lines.push(...blocks.add(text.slice(at, at + size)));
      expect(blocks.open()).not.toMatch(/\*\*|```/);
    }
    return [...lines, ...blocks.end()].join('\n');
  };

  it.each([1, 2, 3, 7, 1000])('looks the same in pieces of %d', (size) => {
    expect(inPieces(size)).toBe(inPieces(1000));
    expect(inPieces(size)).toMatch(/Head\n\nSome bold and code here\.\n\n1\. one\n\n {3}more\n\n?2\. two/);
    expect(inPieces(size)).toContain('\n\n    const a = 1;\n\n    b\n\n');
  });

  it('takes time by its length: 200 KB of code in 2,000 pieces', () => {
    const blocks = new Blocks(plain);
    blocks.add('```\n');
    let lines = 0;
    for (let at = 0; at < 2000; at++) lines += blocks.add(`${'x'.repeat(99)}\n`).length;
    expect(lines).toBe(2000);
    expect(blocks.open()).toBe('');
  });

  it('[http-and-cli.16] shows no escapes, entities among them, in any kind of node', () => {
    const evil = '\u001b]52;c;eA==\u0007\u009b2J&#27;[2J\u202e&#x202e;';
    const markdown = `# a${evil}\n\n**b${evil}** [l${evil}](http://x/&#27;[2J) \`c${evil}\`\n\n\`\`\`\nd${evil}\n\`\`\`\n\n| e${evil} |\n|---|\n| f${evil} |\n\n![g${evil}](http://y)`;
    const seen = shownMarkdown(markdown, plain);
    expect(seen).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    for (const letter of 'abcdefg') expect(seen).toContain(letter);
    expect(shown('a\u001b[31mb\u001b[0m')).toBe('ab');
  });

  it('[seen.42] gives pasted lines back as they were', () => {
    for (const pasted of ['a\nb\r\nc', '⏎\n⏎\uFE0E\n\n', '\tone\u0007'])
      expect(asTyped(asOneLine(pasted))).toBe(pasted.replaceAll('\r\n', '\n').replace('\u0007', ''));
  });

  it('is coloured where somebody looks, or says so', () => {
    expect(wantsColour({ isTTY: true }, {})).toBe(true);
    expect(wantsColour({ isTTY: false }, {})).toBe(false);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour({ isTTY: false }, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColour({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(false);
    expect(stylesFor(true).bold('a\nb')).toBe('\u001b[1ma\u001b[22m\n\u001b[1mb\u001b[22m');
  });
});
