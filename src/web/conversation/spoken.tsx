/** What a screen reader says of a conversation: that an answer is written, and the answer, each once. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from './conversation.js';

export function Spoken({ of }: { of: Conversation }) {
  const [words, setWords] = useState('');
  const { name } = of.transport.agent;
  const answering = of.answering.value;
  const replies = (of.history.messages.value ?? []).filter(({ role }) => role === 'assistant');
  const last = replies.at(-1);
  /** The one that was there when the page was opened is no news. */
  const known = useRef<string | undefined | null>(null);
  useEffect(() => {
    if (answering) setWords(`${name} is answering.`);
  }, [answering]);
  useEffect(() => {
    if (of.history.messages.value === undefined) return;
    const first = known.current === null;
    const same = known.current === last?.id;
    known.current = last?.id;
    if (!first && !same && last) setWords(`${name}: ${last.text}`);
  }, [last?.id, of.history.messages.value === undefined]);
  return (
    <p class="unseen" role="status">
      {words}
    </p>
  );
}
