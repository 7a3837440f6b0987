import { describe, expect, it } from 'vitest';
import { maxMessageChars, renderDiscord } from '../../../connectors/discord/render.js';
import { replyParts } from '../../../connectors/discord/reply.js';

describe('Discord’s markdown', () => {
  it.each([
    [
      'nested emphasis',
      '**bold *and both* bold** *just **this***',
      '**bold _and both_ bold** _just **this**_',
    ],
    ['struck out', '~~gone~~ and ~5 minutes', '~~gone~~ and \\~5 minutes'],
    ['headings', '# One\n\n### Three\n\n#### Four **bold**', '# One\n\n### Three\n\n**Four bold**'],
    ['a list', '* one\n* two\n  * inner\n    more\n* three', '- one\n- two\n  - inner\n    more\n- three'],
    ['numbers', '3. three\n4. four\n   - inner', '3. three\n4. four\n   - inner'],
    ['tasks', '- [x] done\n- [ ] open', '- ☑ done\n- ☐ open'],
    ['a quote in a quote', '> a\n>\n> > b', '> a\n> \n> b'],
    [
      'links',
      '[docs](https://a.example/x_(y)) <https://b.example/_z_>',
      '[docs](https://a.example/x_%28y%29) <https://b.example/_z_>',
    ],
    [
      'a link that names another address',
      '[https://bank.example](https://evil.example)',
      'https://bank.example (https://evil.example)',
    ],
    [
      'links that Discord does not mask',
      '[mail](mailto:a@b.example) a@b.example',
      'mail (mailto:a@b.example) a@b.example',
    ],
    ['an image', '![a cat](https://a.example/c.png)', '[a cat](https://a.example/c.png)'],
    [
      'marks that are none',
      'snake_case 2 \\* 3 \\# [x] a|b `c*d`',
      'snake\\_case 2 \\* 3 # \\[x\\] a\\|b `c*d`',
    ],
    [
      'lines that only look like marks',
      '\\# no heading\n\\- no list\n\\> no quote\n1\\. no number',
      '\\# no heading\n\\- no list\n\\> no quote\n1\\. no number',
    ],
    ['code', '```py\nx = 1\n```', '```py\nx = 1\n```'],
    ['code with fences in it', '````md\n```js\n```\n````', '```md\n`\u200b`\u200b`js\n`\u200b`\u200b`\n```'],
    ['code spans with ticks', '`` a`b ``', '`` a`b ``'],
    ['a table', '| a | b |\n|---|--:|\n| 1 | 22 |', '```\na   b\n-  --\n1  22\n```'],
  ])('has %s', (_, markdown, expected) => {
    expect(renderDiscord(markdown)).toBe(expected);
  });
});

describe('a reply', () => {
  const none = { files: [], tooLarge: [], buttons: [] };

  it('that is short is one message, and one that says nothing is none', async () => {
    expect(await replyParts({ ...none, text: 'hi' })).toEqual([{ content: 'hi', files: [], components: [] }]);
    expect(await replyParts({ ...none, text: ' \n' })).toEqual([]);
  });

  it('that is long is several, each within Discord’s limit once rendered', async () => {
    const text = Array.from({ length: 300 }, (_, n) => `Line_${n} with *stars* and under_scores.`).join(
      '\n\n',
    );
    const parts = await replyParts({ ...none, text });
    expect(parts.length).toBeGreaterThan(4);
    for (const { content } of parts) expect(content.length).toBeLessThanOrEqual(maxMessageChars);
    expect(parts.map(({ content }) => content).join('\n\n')).toBe(renderDiscord(text));
  });

  it('has code and tables of many screens as files, and names them where they stood', async () => {
    const code = Array.from({ length: 400 }, (_, n) => `print(${n})`).join('\n');
    const rows = Array.from({ length: 400 }, (_, n) => `| ${n} | ${n * n} |`).join('\n');
    const text = `Here:\n\n\`\`\`python\n${code}\n\`\`\`\n\nand\n\n| n | square |\n|--:|--:|\n${rows}\n\nDone.`;
    const [part, ...rest] = await replyParts({ ...none, text });
    expect(rest).toEqual([]);
    expect(part!.content).toBe('Here:\n\n**📎 code-1.py**\n\nand\n\n**📎 table-2.txt**\n\nDone.');
    expect(part!.files.map(({ name }) => name)).toEqual(['code-1.py', 'table-2.txt']);
    expect(String(part!.files[0]!.data)).toBe(`${code}\n`);
    expect(String(part!.files[1]!.data)).toContain('399  159201');
  });

  it('has more files than a message takes in messages of their own, and names those that are too large', async () => {
    const files = Array.from({ length: 12 }, (_, n) => ({ name: `${n}.txt`, data: Buffer.from('x') }));
    const parts = await replyParts({ ...none, text: 'Files', files, tooLarge: ['film.mp4'] });
    expect(parts.map((part) => [part.content, part.files.length])).toEqual([
      ['Files', 0],
      ['(The file film.mp4 is too large for Discord.)', 10],
      ['', 2],
    ]);
    const big = Array.from({ length: 3 }, (_, n) => ({ name: `${n}`, data: Buffer.alloc(6_000_000) }));
    expect((await replyParts({ ...none, text: '', files: big })).map((part) => part.files.length)).toEqual([
      1, 1, 1,
    ]);
  });

  it('has its buttons below the last text, five in a row', async () => {
    const buttons = Array.from({ length: 7 }, (_, n) => ({
      label: `B${n}`,
      payload: `p${n}`,
      ...(n === 0 && { style: 'danger' as const }),
    }));
    const parts = await replyParts({ ...none, text: `${'word '.repeat(500)}\n\nSure?`, buttons });
    expect(parts.at(-1)!.components.map(({ components }) => components.length)).toEqual([5, 2]);
    expect(parts[0]!.components).toEqual([]);
    expect(parts.at(-1)!.components[0]!.components[0]).toEqual({
      type: 2,
      style: 4,
      label: 'B0',
      custom_id: 'p0',
    });
  });
});
