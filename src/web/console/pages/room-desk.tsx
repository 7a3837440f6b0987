/** Who answers in a room, and how that changes. */
import { useRef, useState } from 'preact/hooks';
import { path, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/form.js';
import { Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { may, me } from '../me.js';
import { type Hold, newMessageId } from './work.js';

export function Desk({
  roomId,
  of: { hold, drafts, unanswered },
  changed,
}: {
  roomId: string;
  of: Hold;
  changed: () => void;
}) {
  const [reason, setReason] = useState('');
  const act = async (name: string, body: object = {}) => {
    try {
      await post(path('rooms', roomId, name), body);
    } finally {
      // Refused, it is not as it was shown.
      changed();
    }
  };
  const name = me.value!.name.slice(0, 80);
  const waiting = unanswered === 1 ? '1 message waits' : `${unanswered} messages wait`;
  return (
    <Section title="Who answers">
      <p role="status">
        {hold ? (
          <>
            <Badge kind="warn">{hold.name ?? hold.by}</Badge> answers since <Time at={hold.since} />
            {hold.until && (
              <>
                {' '}
                until <Time at={hold.until} />
              </>
            )}
            {hold.reason && `: ${hold.reason}`}
          </>
        ) : (
          'The agent answers.'
        )}
        {unanswered > 0 && ` ${waiting} for an answer.`}
      </p>
      {may('rooms.answer') && !hold && (
        <>
          <Field label="Reason" hint="For other operators; may be left empty.">
            {(props) => (
              <input
                {...props}
                maxLength={500}
                value={reason}
                onInput={({ currentTarget }) => setReason(currentTarget.value)}
              />
            )}
          </Field>
          <div class="actions">
            <Button
              kind="primary"
              onClick={() => act('take-over', { name, ...(reason.trim() && { reason: reason.trim() }) })}
            >
              Take over
            </Button>
            {unanswered > 0 && <Button onClick={() => act('hand-back', { answer: true })}>Answer now</Button>}
            {may('turns.stop') && <Button onClick={() => act('stop')}>Stop what runs</Button>}
          </div>
        </>
      )}
      {may('rooms.answer') && hold && (
        <>
          <Answer roomId={roomId} name={name} changed={changed} />
          <div class="actions">
            <Button onClick={() => act('hand-back')}>Hand back</Button>
            {drafts.some(({ later }) => later) && (
              <Button onClick={() => act('hand-back', { drop: true })}>Hand back without reminders</Button>
            )}
            {unanswered > 0 && (
              <Button onClick={() => act('hand-back', { answer: true })}>Hand back and answer now</Button>
            )}
          </div>
        </>
      )}
      {drafts.map(({ turnId, text, at, later }) => (
        <div key={turnId} class="card">
          <p class="hint">
            The agent was about to say, <Time at={at} />
            {later ? ', and will say it once the room is handed back:' : ':'}
          </p>
          <p class="words">{text}</p>
        </div>
      ))}
    </Section>
  );
}

function Answer({ roomId, name, changed }: { roomId: string; name: string; changed: () => void }) {
  const [text, setText] = useState('');
  // Of this text: sent again after an answer that was lost, it is said once.
  const sending = useRef({ text: '', messageId: '' });
  const send = async () => {
    if (text.trim() === '') return;
    if (sending.current.text !== text) sending.current = { text, messageId: newMessageId() };
    await post(path('rooms', roomId, 'answer'), { ...sending.current, name });
    sending.current = { text: '', messageId: '' };
    setText((now) => (now === text ? '' : now));
    changed();
  };
  return (
    <>
      <Field label="Answer as the agent" hint="It is said in the agent's name; history says who wrote it.">
        {(props) => (
          <textarea
            {...props}
            rows={3}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <Button kind="primary" onClick={send} disabled={text.trim() === ''}>
          Send
        </Button>
      </div>
    </>
  );
}
