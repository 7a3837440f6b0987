/** The page behind a sign-in link. Opening it changes nothing, so whoever looks at links first does not use them up. */

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:15vh auto;max-width:24rem;padding:0 1rem}
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

/** @param code checked already: it has letters, digits, "-" and "_" alone. Null: there is none in the address. */
export function signInPage(code: string | null): string {
  const body =
    code === null
      ? `<p>Ask for a link first: <code>carrier console</code> prints one where the hub runs, and so does
<code>/console</code>, written to an agent in a direct chat. A link is good once, for ten minutes.</p>`
      : `<p>This signs this browser in to the console.</p>
<form method="post" action="sign-in" autocomplete="off">
<input type="hidden" name="code" value="${code}">
<p><button>Sign in</button></p>
</form>
<p id="problem" role="alert"></p>`;
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
