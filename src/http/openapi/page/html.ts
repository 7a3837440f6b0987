export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Carrier: HTTP API</title>
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<header>
<h1>Carrier <small>HTTP API</small></h1>
<label>Token <input id="token" type="password" autocomplete="off" placeholder="carrier_…"></label>
<label>Find <input id="find" type="search" placeholder="rooms, approve, /turns …"></label>
</header>
<nav id="subjects" aria-label="Subjects"></nav>
<main id="operations"><p id="loading">Reading <a href="/openapi.json">openapi.json</a> …</p></main>
<noscript><p>This page reads <a href="/openapi.json">openapi.json</a> with a script.</p></noscript>
<script src="/docs/page.js" defer></script>
</body>
</html>
`;
