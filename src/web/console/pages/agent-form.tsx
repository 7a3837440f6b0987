/** The usual fields of a definition. What it has besides, or has in another shape, is left as it is. */
import { Field } from '../../kit/form.js';
import { isFields, patched } from '../patch.js';

type Definition = Record<string, unknown>;

/** `lines`: a text, or a list of its lines; `list`: a list alone, each line an item. */
const fields: { name: string; label: string; shape: 'text' | 'long' | 'lines' | 'list'; hint?: string }[] = [
  { name: 'name', label: 'Name', shape: 'text' },
  { name: 'bio', label: 'Bio', shape: 'lines', hint: 'Who it is; a line each.' },
  { name: 'system', label: 'System', shape: 'long', hint: 'What it is told before all else.' },
  { name: 'style', label: 'Style', shape: 'list', hint: 'How it writes; a line each.' },
  {
    name: 'models',
    label: 'Models',
    shape: 'list',
    hint: 'PROVIDER/MODEL; a line each, the first is asked first.',
  },
  { name: 'plugins', label: 'Plugins', shape: 'list', hint: 'A name each line.' },
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
  if (value === undefined) return true;
  if (typeof value === 'string') return shape !== 'list';
  const takesList = shape === 'lines' || shape === 'list';
  return takesList && Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** In the shape that it had: one line stays a text where it was one. Undefined: there is nothing. */
function asWritten(said: string, was: unknown, shape: string): unknown {
  // A line that is being begun is empty for a moment.
  const lines = said.split('\n');
  if (shape === 'list') return said !== '' ? lines : was === undefined ? undefined : [];
  if (shape !== 'lines') return said === '' && was === undefined ? undefined : said;
  if (said === '') return Array.isArray(was) ? [] : undefined;
  return lines.length === 1 && !Array.isArray(was) ? said : lines;
}
