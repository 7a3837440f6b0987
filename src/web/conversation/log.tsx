/** What was said, oldest first, and what is being said. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Failure } from '../kit/failure.js';
import { Loading } from '../kit/lists.js';
import type { Conversation } from './conversation.js';
import { Face } from './face.js';
import { Message } from './message.js';
import { ReadLine } from './scroll.js';
import { Spoken } from './spoken.js';

/** What scrolls by itself takes the focus. */
const byKeyboard = { tabIndex: 0 };

export function Log({ of }: { of: Conversation }) {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const line = useRef<ReadLine>(null);
  const unseen = useSignal(false);
  const { history, transport } = of;
  const entries = of.entries.value;
  useLayoutEffect(() => {
    const nearStart = () => void (history.older.value !== null && history.readOlder());
    line.current = new ReadLine(box.current!, inside.current!, nearStart);
    line.current.toEnd();
    return () => line.current?.dispose();
  }, [of]);
  useLayoutEffect(() => line.current?.hold());
  const last = entries.at(-1);
  const own = last?.kind === 'sending' ? last.key : undefined;
  // Whoever has just written wants to see it.
  useLayoutEffect(() => {
    if (own) line.current?.toEnd();
  }, [own]);
  const size = last?.kind === 'running' ? last.turn.text.length : 0;
  useEffect(() => {
    if (line.current && !line.current.atEnd.value && entries.length > 0) unseen.value = true;
  }, [last?.key, size]);
  const atEnd = line.current?.atEnd.value ?? true;
  useEffect(() => {
    if (atEnd) unseen.value = false;
  }, [atEnd]);
  return (
    <div class="log-frame">
      {/* What a role of "log" would read aloud piece by piece is said once, by Spoken. */}
      <div
        ref={box}
        class="log"
        role="log"
        aria-live="off"
        aria-label={`Conversation with ${transport.agent.name}`}
        {...byKeyboard}
      >
        <div ref={inside} class="log-inside">
          {history.messages.value === undefined && history.error.value === undefined && <Loading />}
          {history.older.value !== null && <p class="log-older">Older messages…</p>}
          {history.messages.value?.length === 0 && entries.length === 0 && <Hello of={of} />}
          {entries.map((entry) => (
            <Message key={entry.key} entry={entry} of={of} />
          ))}
          {of.answering.value && last?.kind !== 'running' && <Thinking name={transport.agent.name} />}
          {history.error.value !== undefined && (
            <Failure error={history.error.value} retry={() => void history.refresh()} />
          )}
        </div>
      </div>
      {unseen.value && !atEnd && (
        <button type="button" class="to-end" onClick={() => line.current?.toEnd()}>
          New messages ↓
        </button>
      )}
      <Spoken of={of} />
    </div>
  );
}

function Hello({ of }: { of: Conversation }) {
  const { agent, greeting } = of.transport;
  const { name } = agent;
  return (
    <div class="hello">
      <Face name={name} />
      <h2>{name}</h2>
      <p>
        {greeting ??
          `Nothing was said here yet. Write something below, drop a file, or ask what ${name} can do.`}
      </p>
    </div>
  );
}

function Thinking({ name }: { name: string }) {
  return (
    <div class="message of-agent">
      <Face name={name} />
      <p class="dots" aria-hidden="true">
        <span />
        <span />
        <span />
      </p>
    </div>
  );
}
