/** The page behind a sign-in link. Opening it changes nothing, so whoever looks at links first does not use them up. */
import { writtenAccount } from '../access/account.js';
import type { SignedIn } from '../access/sign-in-links.js';

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:15vh auto;max-width:28rem;padding:0 1rem;overflow-wrap:anywhere}
button{font:inherit;padding:.6rem 1.2rem;cursor:pointer}
#problem{color:#b3261e}
@media (prefers-color-scheme:dark){#problem{color:#ffb4ab}}
`;

/** Takes the code out of the address, and so out of the browser's history, and sends it when the button is pressed. */
const script = `const form = document.querySelector('form');
history.replaceState(null, '', 'sign-in');
form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  const problem = document.querySelector('#problem');
  button.disabled = true;
  problem.textContent = '';
  try {
    const response = await fetch('sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ code: form.elements.code.value }),
    });
    if (response.ok) return location.replace('../');
    const answer = await response.json().catch(() => null);
    problem.textContent = answer?.error?.message ?? 'The hub answered ' + response.status + '.';
  } catch {
    problem.textContent = 'The hub cannot be reached.';
  }
  button.disabled = false;
});
`;

export const signInFiles: Record<string, { type: string; text: string }> = {
  'sign-in.css': { type: 'text/css; charset=utf-8', text: style },
  'sign-in.js': { type: 'text/javascript; charset=utf-8', text: script },
};

interface LinkShown {
  /** It has letters, digits, "-" and "_" alone. */
  code: string;
  /** Null: the link is not good any more. */
  whom: SignedIn | null;
  /** Whom they asked for the link; undefined: that agent does not run. */
  agentName: string | undefined;
}

/** @param link null: there is no code in the address. */
export function signInPage(link: LinkShown | null): string {
  const body = link === null ? askForOne : link.whom === null ? isOver : form(link.code, asWhom(link));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sign in to Carrier</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="sign-in.css">
<script src="sign-in.js" defer></script>
</head>
<body>
<main>
<h1>Carrier</h1>
${body}
</main>
</body>
</html>
`;
}

const askForOne = `<p>Ask for a link first: <code>carrier console</code> prints one where the hub runs, and so does
<code>/console</code>, written to an agent in a direct chat. A link is good once, for ten minutes.</p>`;

const isOver = `<p role="alert">This link is not good any more: it is for one browser, and for ten minutes.</p>
${askForOne}`;

/** Whoever was sent somebody else's link would tell that person what they tell the agent, so it is said whose it is. */
function asWhom({ whom, agentName }: LinkShown): string {
  if (whom?.kind !== 'person')
    return `<p>This signs this browser in as <strong>the owner of this hub</strong>, who may do everything.</p>
<p>Somebody made the link where the hub runs, by <code>npm start</code> or <code>carrier console</code>.</p>`;
  const { account, name, agentId } = whom;
  const written = `<code>${shown(writtenAccount(account))}</code>`;
  const who =
    name === undefined ? `<strong>${written}</strong>` : `<strong>${shown(name)}</strong> (${written})`;
  return `<p>This signs this browser in as ${who}.</p>
<p>They asked for the link on ${shown(account.connector)}, in a chat with the agent ${shown(agentName ?? agentId)}.</p>`;
}

function form(code: string, about: string): string {
  return `${about}
<p>If that is not you, close this page: whoever made the link would read what you write here.</p>
<form method="post" action="sign-in" autocomplete="off">
<input type="hidden" name="code" value="${code}">
<p><button>Sign in</button></p>
</form>
<p id="problem" role="alert"></p>`;
}

/** People choose their names themselves: what they write must neither be markup nor turn the text around it. */
function shown(text: string): string {
  const plain = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() || 'somebody without a name';
  const escaped = plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return `<bdi>${escaped}</bdi>`;
}
