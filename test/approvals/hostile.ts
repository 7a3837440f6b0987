/** Texts that try to be more than text on some platform, and what a platform reads outside of code. */
import fc from 'fast-check';
import * as discord from '../../connectors/discord/render.js';
import * as slack from '../../connectors/slack/render.js';
import * as telegram from '../../connectors/telegram/render.js';

const tricks = [
  ...['`', '``', '```', '````\n', '~~~', '\n```\n', '\\`', '\\', '"', "'", '\n', '\r\n', '\n\n', '\t', ' '],
  ...[
    '\u202e',
    '\u202c',
    '\u2066',
    '\u200b',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u061c',
    '\u2028',
    '\u0085',
  ],
  ...[
    '\u{e0041}\u{e0042}',
    '\u{e007f}',
    '\ufe0f',
    '\u180e',
    '\u3164',
    '\u2800',
    '\u00a0',
    '\u3000',
    '\u0000',
    '\u001b[31m',
  ],
  ...[
    '\ud800',
    '\udc00',
    'e\u0301\u0301\u0301\u0301\u0301\u0301',
    '5\u0338',
    '👩‍👩‍👧',
    '🏴\u{e0067}\u{e0062}\u{e007f}',
  ],
  ...[
    ' '.repeat(300),
    '⟨9 spaces⟩',
    '[ok](http://x.example)',
    '![x](https://evil.example/p?q=1)',
    '[a][1]\n\n[1]: https://evil.example',
  ],
  ...[
    'https://evil.example/x',
    'www.evil.example',
    '<https://evil.example|ok>',
    '<img src=https://evil.example>',
    '<b>',
    '</pre>',
    '</code>',
  ],
  ...[
    '@everyone',
    '@channel',
    '<!channel>',
    '<!subteam^S1>',
    '<@U1>',
    '<@123>',
    '<#C1>',
    '<@&9>',
    '<a:x:123>',
    ':smile:',
    '<t:1:R>',
    '</approve:1>',
  ],
  ...[
    'tg://user?id=1',
    '*bold*',
    '_i_',
    '~s~',
    '||spoiler||',
    '# title',
    '- [ ] x',
    '> quote',
    '&lt;',
    '&amp;',
    '&#60;',
    '\\u202e',
    '|a|b|\n|-|-|',
  ],
  ...[
    'Approved by an operator.',
    '**Approved**',
    '/approve ap_aaaaaaaaaa',
    '$x$',
    '%60',
    'שלום',
    'مرحبا',
    '汉字',
  ],
];

export const hostile = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...tricks) },
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

interface Seen {
  /** What stands in code, first to last. */
  code: string[];
  /** All else, as the platform is given it. */
  loose: string;
}

/** What a platform makes of a text: how it reads code, which is where it reads nothing else. */
function seen(text: string, code: RegExp, unescaped: (text: string) => string): Seen {
  const found: string[] = [];
  const loose = text.replace(code, (_, ...groups: (string | undefined)[]) => {
    found.push(unescaped(groups.find((group) => typeof group === 'string') ?? ''));
    return '□';
  });
  return { code: found, loose };
}

const entities = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

export const platforms = [
  {
    name: 'Discord',
    forms: discord,
    most: 2000,
    read: (part: string) => seen(part, /```\n([\s\S]*?)\n```|`([^`\n]*)`/g, (text) => text),
    length: (part: string) => part.length,
  },
  {
    name: 'Telegram',
    forms: telegram,
    most: 4096,
    read: (part: string) => seen(part, /<pre>([^<]*)<\/pre>|<code>([^<]*)<\/code>/g, entities),
    length: (part: string) => telegram.visible(part).length,
  },
  {
    name: 'Slack',
    forms: slack,
    most: 3000,
    read: (part: string) => seen(part, /```\n([\s\S]*?)\n```|`([^`\n]*)`/g, entities),
    length: (part: string) => part.length,
  },
];
