import { useState } from 'preact/hooks';
import { ApiError, request } from '../../api.js';
import { Ask, type Said } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Field } from '../../kit/form.js';
import { roles } from '../naming.js';

/** A file, a page or a text for an agent to know; another of the same name is its next version. */
export function AddDocument({ agent, done }: { agent: string; done: () => void }) {
  const [open, setOpen] = useState(false);
  const [file, setFile] = useState<File>();
  const close = () => {
    setOpen(false);
    setFile(undefined);
  };
  const add = async (said: Said) => {
    await request('POST', 'documents', { body: formOf(agent, file, said) });
    close();
    done();
  };
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        Add knowledge
      </Button>
      <Dialog title="Add knowledge" open={open} onClose={close}>
        <p>A file, the address of a page, or a text.</p>
        <Field
          label="File (optional)"
          hint="At most 32 MB: text, Markdown, PDF, office documents, web pages."
        >
          {(props) => (
            <input
              {...props}
              type="file"
              onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])}
            />
          )}
        </Field>
        <Ask questions={questions} label="Add" act={add} cancel={close} />
      </Dialog>
    </>
  );
}

/** As a form, so that a file goes as it is. */
function formOf(agentId: string, file: File | undefined, { role, ...said }: Said): FormData {
  if (!file && !said.text && !said.url)
    throw new ApiError(0, 'invalid_field', 'Choose a file, name an address, or write a text.');
  if (said.text && !said.name) throw new ApiError(0, 'invalid_field', 'A text needs a name.', 'name');
  const form = new FormData();
  const fields = { agentId, ...said, ...(role && { readers: JSON.stringify({ role }) }) };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (said.text && !file) form.set('mediaType', 'text/markdown');
  if (file) form.set('file', file);
  return form;
}

const questions = [
  { name: 'url', label: 'Address of a page' },
  { name: 'text', label: 'Text', kind: 'lines' },
  { name: 'name', label: 'Name', hint: 'Empty: the file’s, or the last part of the address.' },
  {
    name: 'role',
    label: 'For',
    kind: 'choice',
    options: roles.map((role) => [role, `${role} and above`] as const),
    hint: 'Who is answered from it; empty: everybody.',
  },
] as const;
