import { describe, expect, it } from 'vitest';
import { type About, wholeText } from '../../src/files/document.js';
import { readDocument } from '../../src/files/document-reader.js';

async function read(html: string, about: Partial<About> = {}) {
  const found = await readDocument(Buffer.from(html), { name: 'a.html', ...about });
  return { ...found, text: wholeText(found) };
}

const fetched = { asked: 'https://docs.example/leave', got: 'https://docs.example/leave' };
const article =
  '<h1>Leave</h1><p>Everybody has thirty days of leave a year, and takes them before the end of March.</p>';

describe('[knowledge.7] the text of a page', () => {
  it('is its main text: words apart, cells in their rows, no code', async () => {
    const { text } =
      await read(`<!doctype html><html><head><title>T</title><style>p{color:red}</style></head><body>
      <nav>Home</nav><main><p>Text</p><table><tr><th>Name</th><th>Days</th><th>From</th></tr><tr><td>Ada</td><td>30</td><td>May</td></tr></table>
      <script>var a = "<p>code</p>";</script><style>.b{display:block}</style><svg><style>.c{}</style><text>drawn</text></svg>
      <textarea hidden>&lt;style&gt;.d{}&lt;/style&gt;</textarea><p hidden>unseen</p><template><p>unseen</p></template></main></body></html>`);
    expect(text).toBe('Text\n\nName | Days | From\nAda | 30 | May');
  });

  it.each([
    [
      'blocks',
      '<div>one</div><div>two</div><section>three<p>four</p>five</section>',
      ['one', 'two', 'three', 'four', 'five'],
    ],
    ['items', '<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>', ['- one', '- two', '- three']],
    ['lines', '<p>one<br>two</p>', ['one', 'two']],
    ['terms', '<dl><dt>one</dt><dd>two</dd></dl>', ['one', 'two']],
    ['words in one', '<p>o<b>n</b>e <i>two</i>\n  three</p>', ['one two three']],
    ['cells in no table of data', '<table><tr><td>one<p>two</p></td></tr></table>', ['one', 'two']],
    ['code', '<p>one</p><pre>  two\n    three</pre>', ['one', '  two', '    three']],
    ['blocks in cells', '<table><tr><td><p>a</p><p>b</p></td><td>c<br>d</td></tr></table>', ['a b | c d']],
    ['a page without a body', '<html><head><title>T</title></head><p>one</p></html>', ['one']],
    ['blocks that are not closed', '<p>one<p>two<li>three<li>four', ['one', 'two', '- three', '- four']],
  ])('keeps apart what stands apart: %s', async (_, html, lines) => {
    expect(
      (await read(html.startsWith('<html') ? html : `<main>${html}</main>`)).text.split('\n').filter(Boolean),
    ).toEqual(lines);
  });

  it('has sections by its headings', async () => {
    const { sections } = await read(
      '<body><header>Site</header><h1>A</h1><p>a</p><h2>B <em>C</em></h2><pre>c\nd</pre><h1>D</h1></body><footer>2026</footer>',
    );
    expect(sections).toEqual([
      { headings: ['A'], blocks: [{ kind: 'text', text: 'a' }] },
      { headings: ['A', 'B C'], blocks: [{ kind: 'code', text: 'c\nd' }] },
      { headings: ['D'], blocks: [] },
    ]);
  });
});

describe('[knowledge.29] text of a page that nobody sees', () => {
  it.each([
    ['by attribute', '<p hidden>X</p>'],
    [
      'by style',
      '<p style="display: none">X</p><div style="visibility:hidden"><p>X</p></div><p style="opacity:0">X</p>',
    ],
    ['by size', '<p style="font-size:0">X</p><span style="font-size:1px">X</span>'],
    ['by place', '<div style="position:absolute;left:-9999px">X</div><p style="text-indent:-10000px">X</p>'],
    [
      'by a sheet',
      '<style>.off, #o {display:none !important} .w{color:#fff}</style><p class="off">X</p><p id="o">X</p><p class="w">X</p>',
    ],
    [
      'white on white',
      '<p style="color:white">X</p><p style="color:#fefefe;background:#fff">X</p><font color="#ffffff">X</font><span style="color:rgb(255,255,255)">X</span>',
    ],
    ['black on black', '<div style="background:#000"><p style="color:#000">X</p></div>'],
    ['clear', '<p style="color:transparent">X</p><p style="color:rgba(0,0,0,0)">X</p>'],
    [
      'in comments and cells',
      '<!-- X --><table><tr><td>a</td><td hidden>X</td></tr><tr style="display:none"><td>X</td><td>X</td></tr></table>',
    ],
    ['clipped', '<div style="height:0;overflow:hidden">X</div><p style="clip-path: inset(50%)">X</p>'],
  ])('is left out: %s', async (_, html) => {
    const { text } = await read(`<main><p>Seen.</p>${html}</main>`);
    expect(text).toContain('Seen.');
    expect(text).not.toContain('X');
  });

  it.each([
    ['white on dark', '<div style="background:#003"><p style="color:white">Seen</p></div>'],
    ['white on a picture', '<div style="background: url(a.png)"><p style="color:#fff">Seen</p></div>'],
    ['hidden on paper', '<style>@media print { p { display:none } }</style><p>Seen</p>'],
    ['dark within white', '<div style="color:#fff"><p style="color:#000">Seen</p></div>'],
  ])('is not what people do see: %s', async (_, html) => {
    expect((await read(`<main>${html}</main>`)).text).toBe('Seen');
  });
});

describe('[knowledge.8] pages that were fetched', () => {
  const notice = 'We and our 842 partners use cookies and process personal data such as identifiers. '.repeat(
    20,
  );
  it.each([
    [
      'wants JavaScript',
      '<title>Just a moment...</title><p>Please enable JavaScript and cookies to continue</p>',
      fetched,
      /wants JavaScript/,
    ],
    [
      'wants it for browsers without',
      '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script>x</script>',
      fetched,
      /wants JavaScript/,
    ],
    ['is empty', '<div id="app"></div><script src="a.js"></script>', fetched, /nothing is left/],
    [
      'asks whether one is human',
      '<h1>Checking your browser before accessing docs.example</h1>',
      fetched,
      /human/,
    ],
    [
      'refuses',
      '<title>403 Forbidden</title><h1>Forbidden</h1><p>You do not have permission to access this resource.</p>',
      fetched,
      /refuses/,
    ],
    [
      'is a login',
      '<h1>Sign in</h1><form><input name="user"><input type="password"><button>Go</button></form>',
      fetched,
      /log in/,
    ],
    [
      'led to a login',
      '<h1>Welcome back</h1><p>Continue with your company account.</p>',
      { ...fetched, got: 'https://id.example/login?next=/leave' },
      /log in/,
    ],
    [
      'asks for a name to sign in with',
      '<h1>Welcome back</h1><form><input type="email"><button>Sign in</button></form>',
      fetched,
      /log in/,
    ],
    [
      'only waits for its scripts',
      '<div id="app">Loading…</div><script src="a.js"></script>',
      fetched,
      /scripts/,
    ],
    ['wants cookies', '<p>Please allow cookies to continue.</p>', fetched, /JavaScript or cookies/],
    ['wants JavaScript in Japanese', '<p>JavaScriptを有効にしてください。</p>', fetched, /JavaScript/],
  ])('fail where the page %s', async (_, html, urls, why) => {
    const { sections, problems } = await read(`<html><body>${html}</body></html>`, { fetched: urls });
    expect(sections).toEqual([]);
    expect(problems).toMatchObject([
      { outcome: 'failed', cause: expect.stringMatching(why), next: expect.any(String) },
    ]);
    expect(problems[0]?.cause).toMatch(/^it has no (readable content|text)/);
  });

  it('stay where a letter can be ordered and there is a button to sign in', async () => {
    const text = 'The heron is fed at noon. '.repeat(9);
    const letter = '<form><input type="email"><button>Subscribe</button></form>';
    const html = `<html><body><button>Sign in</button><main><p>${text}</p></main>${letter}</body></html>`;
    expect((await read(html, { fetched })).problems).toEqual([]);
  });

  it.each([
    [
      'by its name',
      `<div class="cookie-banner"><p>${notice}</p><button>Accept all</button></div><div>${article}</div>`,
    ],
    [
      'by what can be pressed',
      `<div>${article}</div><div><p>${notice}</p><div><button>Accept all</button><button>Reject</button></div></div>`,
    ],
    ['as a dialog', `<div role="dialog"><p>${notice}</p></div><article>${article}</article>`],
    [
      'in another language',
      `<section><p>Wir verwenden Cookies und Ihre Einwilligung. ${notice}</p><a href="#">Alle akzeptieren</a></section><main>${article}</main>`,
    ],
  ])('keep the article without the notice about cookies: %s', async (_, html) => {
    const { text, problems } = await read(`<html><body>${html}</body></html>`, { fetched });
    expect(problems).toEqual([]);
    expect(text).toMatch(/^Leave\n\nEverybody has thirty days/);
    expect(text).not.toMatch(/cookies|partners|Accept/);
  });

  it.each([
    [
      'is about cookies',
      `<main><h1>Cookies</h1><p>We use cookies to keep you logged in. ${'This is what each of them is for. '.repeat(10)}</p></main>`,
      /We use cookies/,
    ],
    [
      'tells how to enable JavaScript',
      `<main><h1>Setup</h1><p>Enable JavaScript in the settings. ${'Then press the button on the left. '.repeat(30)}</p></main>`,
      /Enable JavaScript/,
    ],
    [
      'is about a login',
      `<main><h1>Accounts</h1><p>${'Whoever has lost a password asks the desk for another one. '.repeat(30)}</p><form><input type="password"></form></main>`,
      /lost a password/,
    ],
    ['is short', '<main><p>Closed on Friday.</p></main>', /Closed on Friday/],
  ])('are kept where the page %s', async (_, html, expected) => {
    const { text, problems } = await read(`<html><body>${html}</body></html>`, { fetched });
    expect(problems).toEqual([]);
    expect(text).toMatch(expected);
  });
});
