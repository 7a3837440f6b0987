import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  limits,
  renderButtons,
  renderHtml,
  renderParts,
  renderReply,
  visible,
} from '../../../connectors/telegram/render.js';
import { parseHtml } from '../../platforms/telegram/html.js';

describe('Markdown on Telegram', () => {
  it.each([
    ['**bold** _it **both**_ ~~gone~~', '<b>bold</b> <i>it <b>both</b></i> <s>gone</s>'],
    ['# Head *line*\n\ntext', '<b>Head <i>line</i></b>\n\ntext'],
    ['`a<b` & "c"', '<code>a&lt;b</code> &amp; &quot;c&quot;'],
    ['```js\nlet a = 1 < 2;\n```', '<pre><code class="language-js">let a = 1 &lt; 2;</code></pre>'],
    ['```\nplain\n```', '<pre>plain</pre>'],
    ['```"><b>\nx\n```', '<pre>x</pre>'],
    ['[site](https://a.example/?a=1&b="2")', '<a href="https://a.example/?a=1&amp;b=&quot;2&quot;">site</a>'],
    ['<https://a.example>', 'https://a.example'],
    ['[me](tg://user?id=5)', 'me (tg://user?id=5)'],
    ['[x](javascript:alert(1))', 'x (javascript:alert(1))'],
    ['- one\n- two\n  - deep\n- [x] done', '• one\n• two\n  • deep\n☑ done'],
    ['3. three\n4. four', '3. three\n4. four'],
    ['- see:\n  ```\n  a\n   b\n  ```', '• see:\n<pre>a\n b</pre>'],
    ['> said\n> > deeper', '<blockquote>said\n\n» deeper</blockquote>'],
    ['a | b\n--|--\n1 | 22', '<pre>a  b\n-  --\n1  22</pre>'],
    ['a\n\n---\n\nb', 'a\n\n———\n\nb'],
    ['![cat](https://a.example/cat.png)', '<a href="https://a.example/cat.png">cat</a>'],
    ['@everyone <@123> <b>html</b>', '@everyone &lt;@123&gt; &lt;b&gt;html&lt;/b&gt;'],
  ])('shows %j', (markdown, html) => {
    expect(renderHtml(markdown)).toBe(html);
    expect(() => parseHtml(html)).not.toThrow();
  });

  const words = fc.stringMatching(/^[a-z<>&"'*_`~|#>\-\d[\]()\\ \n\t.!🎉é]{0,60}$/u);
  const blocks = fc.oneof(
    words,
    words.map((text) => `**${text}**`),
    words.map((text) => `\`\`\`x\n${text}\n\`\`\``),
    words.map((text) => `> ${text}`),
    words.map((text) => `- ${text}\n  - ${text}`),
    words.map((text) => `| a | b |\n|---|---|\n| ${text.replaceAll('\n', ' ')} | c |`),
  );
  const documents = fc.array(blocks, { maxLength: 12 }).map((parts) => parts.join('\n\n'));

  it('is always well-formed, and counted as Telegram counts', () => {
    fc.assert(
      fc.property(documents, (markdown) => {
        const html = renderHtml(markdown);
        expect(parseHtml(html).text).toBe(visible(html).trim());
      }),
      { numRuns: 150 },
    );
  });

  it('is split within the limit, and loses nothing', { timeout: 60_000 }, () => {
    const long = fc.tuple(documents, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 2500 }));
    fc.assert(
      fc.property(long, ([markdown, times, filler]) => {
        const whole = `${`${markdown}\n\n`.repeat(times)}${'word '.repeat(filler)}`;
        const parts = renderParts(whole).map((html) => parseHtml(html).text);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(limits.text);
        const count = (text: string) => text.match(/word/g)?.length ?? 0;
        expect(count(parts.join('\n'))).toBe(count(visible(renderHtml(whole))));
      }),
      { numRuns: 12 },
    );
  });

  it('leaves code in the text that a message can hold', () => {
    expect(renderReply('```\nshort\n```')).toEqual({ parts: ['<pre>short</pre>'], files: [] });
    const long = 'x\n'.repeat(3000);
    const { parts, files } = renderReply(`a\n\n\`\`\`weird/../lang\n${long}\`\`\`\n\nb`);
    expect(parts).toEqual(['a\n\n📎 code-1.txt\n\nb']);
    expect(files).toEqual([{ name: 'code-1.txt', text: long.trimEnd() }]);
  });

  it('puts short buttons side by side and long ones below one another', () => {
    const button = (label: string) => ({ label, payload: 'p' });
    const rows = (...labels: string[]) =>
      renderButtons(labels.map(button)).reply_markup?.inline_keyboard.map((row) => row.length);
    expect(rows('Yes', 'No')).toEqual([2]);
    expect(rows('Yes', 'Something longer')).toEqual([1, 1]);
    expect(rows('1', '2', '3', '4')).toEqual([1, 1, 1, 1]);
    expect(renderButtons([])).toEqual({});
  });
});
