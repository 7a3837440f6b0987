/** One message: who, when, what, with which files, what was done for it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../kit/copy.js';
import { Failure } from '../kit/failure.js';
import { Badge, Time } from '../kit/words.js';
import { Markdown } from '../markdown/markdown.js';
import type { Conversation } from './conversation.js';
import { Face } from './face.js';
import { Files } from './files.js';
import { Rating } from './rating.js';
import type { Running, Sending, Shown } from './shown.js';
import { Steps } from './steps.js';
import type { StoredMessage } from './transport.js';

export function Message({ entry, of }: { entry: Shown; of: Conversation }) {
  const { user, agent } = of.transport;
  if (entry.kind === 'sending')
    return (
      <Frame name={user.name} at={entry.message.at} own>
        <Own of={of} message={entry.message} />
      </Frame>
    );
  // One frame for both, so that a written answer becomes the stored one in its place.
  const stored = entry.kind === 'stored' ? entry.message : undefined;
  const running = entry.kind === 'running' ? entry.turn : undefined;
  if (stored && stored.role !== 'assistant')
    return (
      <Frame name={nameOf(stored)} at={stored.createdAt} own={stored.author.id === user.id}>
        <p class="typed" dir="auto">
          {stored.text}
        </p>
        {of.transport.tellsStates && <State of={stored} />}
        <Files of={of} message={stored} pictures={entry.kind === 'stored' ? entry.pictures : undefined} />
      </Frame>
    );
  return (
    <Frame name={stored ? (stored.author.name ?? agent.name) : agent.name} at={stored?.createdAt}>
      <Answer of={of} stored={stored} running={running} />
    </Frame>
  );
}

function Frame({
  name,
  at,
  own = false,
  children,
}: {
  name: string;
  at?: string;
  own?: boolean;
  children: ComponentChildren;
}) {
  return (
    <article class={own ? 'message of-self' : 'message of-agent'} aria-label={own ? 'You' : name}>
      {!own && <Face name={name} />}
      <div class="message-body">
        <header class="message-head">
          <strong>{own ? 'You' : name}</strong> {at && <Time at={at} />}
        </header>
        {children}
      </div>
    </article>
  );
}

function Own({ of, message }: { of: Conversation; message: Sending }) {
  const { text, files, pictures, state, error, messageId } = message;
  return (
    <>
      {text && (
        <p class="typed" dir="auto">
          {text}
        </p>
      )}
      <Files
        of={of}
        pictures={pictures}
        message={{ attachments: files.map(({ name, type, size }) => ({ name, mediaType: type, size })) }}
      />
      {state === 'sending' && <p class="hint">Sending…</p>}
      {state === 'failed' && (
        <div class="not-sent">
          <Failure error={`Not sent. ${error}`} />
          <button type="button" class="small" onClick={() => void of.sendAgain(messageId)}>
            Send again
          </button>
          <button type="button" class="small" onClick={() => of.outbox.drop(messageId)}>
            Remove
          </button>
        </div>
      )}
    </>
  );
}

function Answer({
  of,
  stored,
  running,
}: {
  of: Conversation;
  stored: StoredMessage | undefined;
  running: Running | undefined;
}) {
  const place = useRef<HTMLDivElement>(null);
  const turnId = stored?.turnId ?? undefined;
  useEffect(() => {
    if (!turnId || of.steps.value.has(turnId)) return;
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      seen.disconnect();
      void of.readSteps(turnId);
    });
    seen.observe(place.current!);
    return () => seen.disconnect();
  }, [turnId]);
  const text = stored?.text ?? running?.text ?? '';
  const steps = running?.steps ?? (turnId && of.steps.value.get(turnId)) ?? [];
  return (
    <div ref={place} class="answer">
      <Steps steps={steps || []} />
      <Markdown text={text} open={!stored} />
      {running && text === '' && !running.waitingUntil && (
        <p class="dots" aria-hidden="true">
          <span />
          <span />
          <span />
        </p>
      )}
      {running?.waitingUntil !== undefined && <Waiting turn={running} />}
      {stored && <Files of={of} message={stored} />}
      {stored && (
        <footer class="message-foot">
          <CopyButton what="answer" text={() => stored.text} />
          {turnId && of.transport.turnAddress && (
            <a class="small" href={of.transport.turnAddress(turnId)}>
              Turn
            </a>
          )}
          {turnId && of.transport.rate && <Rating turnId={turnId} rate={of.transport.rate} />}
        </footer>
      )}
    </div>
  );
}

function State({ of: { status } }: { of: StoredMessage }) {
  if (status === 'pending') return <Badge kind="warn">waits</Badge>;
  return status === 'failed' ? <Badge kind="bad">not answered</Badge> : null;
}

function Waiting({ turn: { waitingUntil, why } }: { turn: Running }) {
  return (
    <p class="waiting" role="status">
      No model answers just now{why ? `: ${why}` : '.'} It is tried again{' '}
      {waitingUntil! > Date.now() ? (
        <>
          at <Time at={waitingUntil} />
        </>
      ) : (
        'now'
      )}
      .
    </p>
  );
}

function nameOf({ author, role }: StoredMessage): string {
  return author.name ?? (role === 'system' ? 'Carrier' : author.id);
}
