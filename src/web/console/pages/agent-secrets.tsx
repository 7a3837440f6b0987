/** Secrets of a definition: never shown, replaced by what is typed, removed by an action of its own. */
import { useState } from 'preact/hooks';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Field } from '../../kit/form.js';
import { isFields, mask } from '../patch.js';

interface Place {
  connector: string;
  key: string;
}

export function Secrets({
  of: definition,
  save,
}: {
  of: Record<string, unknown>;
  save: (patch: Record<string, unknown>) => Promise<void>;
}) {
  const places = secretsIn(definition);
  if (places.length === 0) return null;
  return (
    <>
      {places.map((place) => (
        <Secret key={`${place.connector}.${place.key}`} of={place} save={save} />
      ))}
    </>
  );
}

function Secret({
  of: { connector, key },
  save,
}: {
  of: Place;
  save: (patch: Record<string, unknown>) => Promise<void>;
}) {
  const [value, setValue] = useState('');
  const set = (to: string | null) => save({ connectors: { [connector]: { [key]: to } } });
  return (
    <div class="card">
      <Field label={`Secret ${connector}.${key}`} hint="Kept, and shown to nobody. Left empty, it stays.">
        {(props) => (
          <input
            {...props}
            type="password"
            autocomplete="off"
            placeholder="••••••••"
            value={value}
            onInput={({ currentTarget }) => setValue(currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <Button
          disabled={value.trim() === ''}
          onClick={async () => {
            await set(value.trim());
            setValue('');
          }}
        >
          Replace it
        </Button>
        <Confirm
          label={`Remove ${connector}.${key}`}
          question="The agent is without it at once, and it cannot be read back."
          act={() => set(null)}
        />
      </div>
    </div>
  );
}

function secretsIn({ connectors }: Record<string, unknown>): Place[] {
  if (!isFields(connectors)) return [];
  return Object.entries(connectors).flatMap(([connector, settings]) =>
    Object.entries(isFields(settings) ? settings : {})
      .filter(([, value]) => value === mask)
      .map(([key]) => ({ connector, key })),
  );
}
