/** What operators note of a room for one another and for its agent. */
import { useState } from 'preact/hooks';
import { get, path, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/form.js';
import { Empty, Shown } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { may, me } from '../me.js';
import type { Note } from './work.js';

export function Notes({ roomId }: { roomId: string }) {
  const [text, setText] = useState('');
  const notes = useResource(
    `notes ${roomId}`,
    (signal) => get<{ notes: Note[] }>(path('rooms', roomId, 'notes'), {}, signal),
    (event) => event.roomId === roomId,
  );
  const add = async () => {
    await post(path('rooms', roomId, 'notes'), { text: text.trim(), name: me.value!.name.slice(0, 80) });
    setText('');
    notes.reload();
  };
  return (
    <Section title="Internal notes">
      <Shown of={notes}>
        {({ notes }) =>
          notes.length === 0 ? (
            <Empty>None yet. The person never sees them; the agent does, and goes by them.</Empty>
          ) : (
            <ul class="said">
              {notes.map(({ id, by, name = by, text, at }) => (
                <li key={id}>
                  <p class="about">
                    <strong>{name}</strong> <Time at={at} />
                  </p>
                  <p class="words">{text}</p>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {may('rooms.answer') && (
        <>
          <Field label="Note">
            {(props) => (
              <textarea
                {...props}
                rows={2}
                maxLength={2000}
                value={text}
                onInput={({ currentTarget }) => setText(currentTarget.value)}
              />
            )}
          </Field>
          <Button onClick={add} disabled={text.trim() === ''}>
            Add note
          </Button>
        </>
      )}
    </Section>
  );
}
