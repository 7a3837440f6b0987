import { useState } from 'preact/hooks';
import { get, path } from '../../api.js';
import { Paged, Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { type HubEvent, useTurnEvents } from '../../live/live.js';
import { usePages, useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { may } from '../me.js';
import { Desk } from './room-desk.js';
import { Notes } from './room-notes.js';
import type { Hold, Message } from './work.js';

/** One conversation: what was said, by which turns, who answers there, and what operators do with it. */
export function RoomPage({ roomId }: { roomId: string }) {
  const here = (event: HubEvent) => event.roomId === roomId || event.operation === 'people.erase';
  const hold = useResource(
    `hold ${roomId}`,
    (signal) => get<Hold>(path('rooms', roomId, 'hold'), {}, signal),
    here,
  );
  const said = usePages<Message>(
    `messages ${roomId}`,
    async (cursor, signal) => {
      const { messages, nextCursor } = await get<{ messages: Message[]; nextCursor: string | null }>(
        path('rooms', roomId, 'messages'),
        { order: 'newest', cursor },
        signal,
      );
      return { items: messages, nextCursor };
    },
    here,
  );
  const reload = () => {
    hold.reload();
    said.reload();
  };
  return (
    <Page title="Room" actions={<a href={linkTo(['rooms'])}>All rooms</a>}>
      <p>
        <code>{roomId}</code>
      </p>
      <Shown of={hold}>{(value) => <Desk roomId={roomId} of={value} changed={reload} />}</Shown>
      <Section title="Messages">
        <Paged of={said} empty="Nothing is left of what was said here.">
          {(items) => (
            <ol class="said">
              {items.toReversed().map((message) => (
                <Said key={message.id} message={message} />
              ))}
            </ol>
          )}
        </Paged>
        <Writing roomId={roomId} />
      </Section>
      <Notes roomId={roomId} />
    </Page>
  );
}

function Said({
  message: { role, author, text, status, turnId, createdAt, attachments },
}: {
  message: Message;
}) {
  return (
    <li class={role === 'assistant' ? 'assistant' : 'person'}>
      <p class="about">
        <strong>{author.name ?? author.id}</strong>
        <Time at={createdAt} />
        {status === 'pending' && <Badge kind="warn">waits</Badge>}
        {status === 'failed' && <Badge kind="bad">not answered</Badge>}
        {turnId && may('turns.read') && <a href={linkTo(['turns', turnId])}>Turn</a>}
      </p>
      <p class="words">{text}</p>
      {attachments.length > 0 && (
        <p class="hint">Files: {attachments.map(({ name = 'unnamed' }) => name).join(', ')}</p>
      )}
    </li>
  );
}

/** What the agent is about to say, as far as it is. */
function Writing({ roomId }: { roomId: string }) {
  const [text, setText] = useState<string | null>(null);
  useTurnEvents(roomId, (event) => {
    if (event.type === 'turn.started') setText('');
    if (event.type === 'text.so-far') setText(event.text);
    if (event.type === 'text.delta') setText((was) => (was ?? '') + event.text);
    if (event.type === 'turn.finished' || event.type === 'turn.failed') setText(null);
  });
  if (text === null) return null;
  return (
    <div class="card">
      <p class="hint">The agent is writing…</p>
      <p class="words">{text}</p>
    </div>
  );
}
