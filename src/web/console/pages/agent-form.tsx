/** The usual fields of a definition. What it has besides, or has in another shape, is left as it is. */
import { Field } from '../../kit/form.js';
import { isFields, patched } from '../patch.js';

type Definition = Record<string, unknown>;

/** `lines`: a list, or a text of one line; each line an item. */
const fields: { name: string; label: string; shape: 'text' | 'long' | 'lines'; hint?: string }[] = [
  { name: 'name', label: 'Name', shape: 'text' },
  { name: 'bio', label: 'Bio', shape: 'lines', hint: 'Who it is; a line each.' },
  { name: 'system', label: 'System', shape: 'long', hint: 'What it is told before all else.' },
  { name: 'style', label: 'Style', shape: 'lines', hint: 'How it writes; a line each.' },
  {
    name: 'model',
    label: 'Model',
    shape: 'lines',
    hint: 'PROVIDER/MODEL; a line each, the first is asked first.',
  },
  { name: 'plugins', label: 'Plugins', shape: 'lines', hint: 'A name each line.' },
];
const talk = ['open', 'pairing', 'allowlist'];

export function AgentForm({ of: definition, edit }: { of: Definition; edit: (next: Definition) => void }) {
  const change = (name: string, value: unknown) =>
    edit(value === undefined ? patched(definition, { [name]: null }) : { ...definition, [name]: value });
  return (
    <>
      {fields.map(({ name, label, shape, hint }) => {
        const value = definition[name];
        if (!fits(value, shape)) return null;
        const text = Array.isArray(value) ? value.join('\n') : ((value as string | undefined) ?? '');
        const set = (said: string) => change(name, asWritten(said, value, shape));
        return (
          <Field key={name} label={label} hint={hint}>
            {(props) =>
              shape === 'text' ? (
                <input {...props} value={text} onInput={({ currentTarget }) => set(currentTarget.value)} />
              ) : (
                <textarea
                  {...props}
                  rows={3}
                  value={text}
                  onInput={({ currentTarget }) => set(currentTarget.value)}
                />
              )
            }
          </Field>
        );
      })}
      <WhoMayTalk of={definition} edit={edit} />
    </>
  );
}

function WhoMayTalk({ of: definition, edit }: { of: Definition; edit: (next: Definition) => void }) {
  const { connectors } = definition;
  if (!isFields(connectors)) return null;
  return (
    <>
      {Object.entries(connectors).map(([name, settings]) => {
        if (!isFields(settings)) return null;
        const dm = typeof settings.dm === 'string' ? settings.dm : '';
        return (
          <Field key={name} label={`Who may talk on ${name}`}>
            {(props) => (
              <select
                {...props}
                value={dm}
                onChange={({ currentTarget: { value } }) =>
                  edit(patched(definition, { connectors: { [name]: { dm: value || null } } }))
                }
              >
                <option value="">as is usual there</option>
                {[...new Set([...talk, dm])].filter(Boolean).map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
        );
      })}
    </>
  );
}

function fits(value: unknown, shape: string): boolean {
  if (value === undefined || typeof value === 'string') return true;
  return shape === 'lines' && Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** In the shape that it had: one line stays a text where it was one. Undefined: there is nothing. */
function asWritten(said: string, was: unknown, shape: string): unknown {
  if (shape !== 'lines') return said === '' && was === undefined ? undefined : said;
  // A line that is being begun is empty for a moment.
  const lines = said.split('\n');
  if (said === '') return Array.isArray(was) ? [] : undefined;
  return lines.length === 1 && !Array.isArray(was) ? said : lines;
}
