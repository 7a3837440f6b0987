/** The chat's one page: a header, what was said, and where one writes. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { addressOf, path } from '../../../src/web/api.js';
import { fillScreen } from '../../../src/web/console/fill-screen.js';
import { Conversation } from '../../../src/web/conversation/conversation.js';
import { Face } from '../../../src/web/conversation/face.js';
import { ConversationView } from '../../../src/web/conversation/view.js';
import { Failure } from '../../../src/web/kit/failure.js';
import type { LiveMessage } from '../../../src/web/live/events.js';
import { LiveStream } from '../../../src/web/live/stream.js';
import { chatTransport, headersOf } from './chat-transport.js';
import { agentId, begin, enter, failed, lost, type Session, session } from './session.js';
import { isEmbedded, tellSite } from './site.js';

/** How long the page around may take to say hello before the visitor is told what is waited for. */
const patienceMs = 4000;

const waitsLong = signal(false);

export function start(): void {
  render(<App />, document.getElementById('app')!);
  begin();
  setTimeout(() => {
    waitsLong.value = true;
  }, patienceMs);
  window.addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && !defaultPrevented) tellSite({ carrier: 'close' });
  });
}

function App() {
  useLayoutEffect(fillScreen, []);
  const now = session.value;
  const title = now?.title ?? 'Chat';
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (now) return <Talk key={now.serial} session={now} />;
  return (
    <main class="webchat">
      <Head title={title} />
      {failed.value === undefined ? (
        <p class="webchat-wait" role="status">
          {isEmbedded && waitsLong.value
            ? 'The page around this chat has not said hello. It has to include the script of the chat.'
            : 'Connecting…'}
        </p>
      ) : (
        <div class="webchat-wait">
          <Failure error={failed.value} retry={() => void enter()} />
        </div>
      )}
    </main>
  );
}

function Head({ title, state = '' }: { title: string; state?: string }) {
  return (
    <header class="webchat-head">
      <Face name={title} />
      <h1>{title}</h1>
      <span class="webchat-state">{state}</span>
      {isEmbedded && (
        <button
          type="button"
          class="round"
          aria-label="Close the chat"
          title="Close the chat"
          onClick={() => tellSite({ carrier: 'close' })}
        >
          <span aria-hidden="true">✕</span>
        </button>
      )}
    </header>
  );
}

function Talk({ session: mine }: { session: Session }) {
  const conversation = useMemo(() => new Conversation(chatTransport(mine)), []);
  const down = useMemo(() => signal(false), []);
  useEffect(() => () => conversation.dispose(), []);
  useEffect(() => {
    const hear = (message: LiveMessage) => {
      if (message.kind === 'turn') conversation.see(message.event);
      if (message.kind === 'hub' || message.kind === 'reset') conversation.seeHub(null);
      if (message.kind === 'signed-out') lost(mine);
      if (message.kind === 'state') down.value = message.state === 'down';
    };
    const stream = new LiveStream(addressOf(path(agentId, 'live')), hear, headersOf(mine));
    stream.follow([]);
    const probe = () => document.visibilityState === 'visible' && stream.probe();
    for (const name of ['online', 'pageshow', 'focus']) window.addEventListener(name, probe);
    document.addEventListener('visibilitychange', probe);
    return () => {
      stream.close();
      for (const name of ['online', 'pageshow', 'focus']) window.removeEventListener(name, probe);
      document.removeEventListener('visibilitychange', probe);
    };
  }, []);
  const state = down.value ? 'offline, trying again…' : conversation.answering.value ? 'answering…' : '';
  return (
    <main class="webchat">
      <Head title={mine.title} state={state} />
      {mine.note && (
        <p class="webchat-note" role="status">
          {mine.note}
        </p>
      )}
      <ConversationView of={conversation} room={`webchat ${agentId} ${mine.visitor.id}`} />
    </main>
  );
}
