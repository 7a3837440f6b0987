/** The frame of the console: who is signed in, the menu, and the page that the address names. */
import { type ComponentType, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../kit/button.js';
import { Failure } from '../kit/failure.js';
import { Empty, Loading } from '../kit/lists.js';
import { Page } from '../kit/page.js';
import { linkState, signedOut } from '../live/live.js';
import { linkTo, route } from '../route.js';
import { me, readMe, signOut } from './me.js';
import { type PageOf, pagesSeen, sections } from './pages.js';

export function start(): void {
  render(<App />, document.getElementById('app')!);
}

function App() {
  const [failed, setFailed] = useState<unknown>();
  const read = () => readMe().then(() => setFailed(undefined), setFailed);
  useEffect(() => void read(), []);
  if (failed !== undefined) return <Failure error={failed} retry={read} />;
  if (me.value === undefined) return <Loading />;
  if (me.value === null || signedOut.value) return <SignedOut />;
  return <Frame />;
}

function SignedOut() {
  return (
    <main class="alone">
      <Page title="Sign in">
        <p>
          Open the link that <code>npm start</code> printed, or ask for another with{' '}
          <code>carrier console</code> on the hub’s machine. In a direct chat with an agent,{' '}
          <code>/console</code> gives you one of your own.
        </p>
      </Page>
    </main>
  );
}

function Frame() {
  const [open, setOpen] = useState(false);
  const seen = pagesSeen();
  const [first = seen[0]!.id, ...parts] = route.value.parts;
  const page = seen.find(({ id }) => id === first);
  useEffect(() => setOpen(false), [route.value]);
  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · Carrier`;
  }, [page]);
  return (
    <div class={open ? 'frame menu-open' : 'frame'}>
      <button type="button" class="skip" onClick={skip}>
        Skip to content
      </button>
      <header class="bar">
        <button
          type="button"
          class="menu-button"
          aria-expanded={open}
          aria-controls="menu"
          onClick={() => setOpen(!open)}
        >
          <span class="unseen">Menu</span>
          <span aria-hidden="true">☰</span>
        </button>
        <a class="brand" href={linkTo([])}>
          Carrier
        </a>
        <Link />
        <span class="who">
          {me.value!.name} · {me.value!.role}
        </span>
        <Button onClick={signOut}>Sign out</Button>
      </header>
      <nav id="menu" class="menu" aria-label="Pages">
        <Menu seen={seen} current={page?.id} />
      </nav>
      <main id="main" class="main" tabIndex={-1}>
        {page ? <Opened key={page.id} page={page} parts={parts} /> : <NotFound />}
      </main>
    </div>
  );
}

function Menu({ seen, current }: { seen: PageOf[]; current: string | undefined }) {
  const groups = sections.map((name) => ({ name, pages: seen.filter(({ section }) => section === name) }));
  return (
    <div class="groups">
      {groups
        .filter(({ pages }) => pages.length > 0)
        .map(({ name, pages }) => (
          <section key={name} class="group">
            <h2 id={`menu-${name}`}>{name}</h2>
            <ul aria-labelledby={`menu-${name}`}>
              {pages.map(({ id, title }) => (
                <li key={id}>
                  <a href={linkTo([id])} aria-current={id === current ? 'page' : undefined}>
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

/** A button, since the address after the `#` is the app's. */
function skip(): void {
  document.getElementById('main')?.focus();
}

function Link() {
  if (linkState.value !== 'down') return null;
  return (
    <span class="badge warn" role="status">
      Reconnecting…
    </span>
  );
}

function NotFound() {
  return (
    <Page title="Not found">
      <Empty>
        There is no such page, or it is not for your role. <a href={linkTo([])}>To the start</a>
      </Empty>
    </Page>
  );
}

function Opened({ page, parts }: { page: PageOf; parts: string[] }) {
  const [loaded, setLoaded] = useState<{ Component: ComponentType<{ parts: string[] }> }>();
  const [failed, setFailed] = useState<unknown>();
  useEffect(() => {
    page.load().then(
      (Component) => setLoaded({ Component }),
      (error) => {
        if (!reloadOnce()) setFailed(error);
      },
    );
  }, []);
  if (failed !== undefined)
    return <Failure error={new Error('This page could not be loaded. Reload the console.')} />;
  return loaded ? <loaded.Component parts={parts} /> : <Loading />;
}

/** The hub was updated under an open tab: its files have other names now. Once, lest it reload for ever. */
function reloadOnce(): boolean {
  const last = Number(readSession('reloaded') ?? 0);
  if (Date.now() - last < 30_000) return false;
  try {
    sessionStorage.setItem('reloaded', String(Date.now()));
  } catch {
    return false;
  }
  location.reload();
  return true;
}

function readSession(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
