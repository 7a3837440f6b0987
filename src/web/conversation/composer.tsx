/** Where one writes: Enter sends, Shift+Enter begins a line. Stopping is a button of its own, which sends nothing. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../kit/failure.js';
import { pastedFiles, withOwnNames } from './attached.js';
import type { Conversation } from './conversation.js';
import { draftOf, keepDraft } from './drafts.js';
import { sized } from './files.js';

/** @param room names its draft. */
export function Composer({ of, room, draft }: { of: Conversation; room: string; draft?: string | null }) {
  const [text, setText] = useState(() => draft ?? draftOf(room));
  const [files, setFiles] = useState<File[]>([]);
  const [over, setOver] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const { agent, stop, takesFiles = true } = of.transport;
  const write = (value: string) => {
    setText(value);
    keepDraft(room, value);
  };
  const attach = (more: Iterable<File>) => {
    if (takesFiles) setFiles((there) => [...there, ...withOwnNames(there, [...more])]);
  };
  const send = () => {
    if (text.trim() === '' && files.length === 0) return;
    void of.send(text, files);
    write('');
    setFiles([]);
    area.current?.focus();
  };
  useEffect(() => {
    if (draft != null) write(draft);
    // A phone's keyboard would cover what was said.
    if (matchMedia('(hover: hover)').matches) area.current?.focus();
  }, [room, draft]);
  useLayoutEffect(() => grow(area.current!), [text]);
  const keyed = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that ends a composition (Chinese, Japanese, Korean) chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class={over ? 'composer over' : 'composer'}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        attach(event.dataTransfer.files);
      }}
    >
      {failed !== undefined && <Failure error={failed} />}
      {files.length > 0 && (
        <ul class="chips" aria-label="To be sent">
          {files.map((file) => (
            <li key={file.name} class="chip">
              <span class="file-name">{file.name}</span> <span class="file-size">{sized(file.size)}</span>
              <button
                type="button"
                aria-label={`Remove ${file.name}`}
                onClick={() => setFiles(files.filter((other) => other !== file))}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="composer-row">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            attach(currentTarget.files ?? []);
            currentTarget.value = '';
            area.current?.focus();
          }}
        />
        {takesFiles && (
          <button
            type="button"
            class="round"
            aria-label="Attach files"
            title="Attach files"
            onClick={() => picker.current?.click()}
          >
            <span aria-hidden="true">+</span>
          </button>
        )}
        <textarea
          ref={area}
          rows={1}
          value={text}
          aria-label={`Message to ${agent.name}`}
          placeholder={`Message ${agent.name}`}
          dir="auto"
          enterkeyhint="send"
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onKeyDown={keyed}
          onPaste={(event) => {
            const pasted = event.clipboardData ? pastedFiles(event.clipboardData) : [];
            if (pasted.length === 0) return;
            event.preventDefault();
            attach(pasted);
          }}
        />
        {stop && of.answering.value && (
          <button
            type="button"
            class="round stop"
            aria-label="Stop the answer"
            title="Stop the answer"
            onClick={async () => {
              setFailed(undefined);
              await of.stop().catch(setFailed);
              area.current?.focus();
            }}
          >
            <span aria-hidden="true">■</span>
          </button>
        )}
        <button type="submit" class="round send" aria-label="Send" title="Send">
          <span aria-hidden="true">↑</span>
        </button>
      </div>
    </form>
  );
}

/** As high as its lines, up to what the styles allow. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
