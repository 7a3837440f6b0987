/** What the model was given in a turn; read when somebody asks for it. */
import { useState } from 'preact/hooks';
import { get, path } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Shown } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { useResource } from '../../resource.js';

interface Line {
  id: string;
  role: string;
  author: { id: string; name?: string } | null;
  text: string | null;
}

interface Given {
  character: { name: string; bio: string[]; system: string; style: string[] } | null;
  earlier: Line[];
  asked: Line[];
  recalled: (Omit<Line, 'role'> & {
    kind: string | null;
    score: number;
    words: number;
    meaning: number | null;
  })[];
}

export function Prompt({ turnId }: { turnId: string }) {
  const [open, setOpen] = useState(false);
  const given = useResource(open ? `prompt ${turnId}` : undefined, (signal) =>
    get<Given>(path('turns', turnId, 'prompt'), {}, signal),
  );
  return (
    <Section title="What the model read">
      {!open && <Button onClick={() => setOpen(true)}>Show</Button>}
      {open && (
        <Shown of={given}>
          {({ character, earlier, asked, recalled }) => (
            <>
              {character && (
                <p class="words">
                  {[character.name, ...character.bio, character.system, ...character.style]
                    .filter(Boolean)
                    .join('\n')}
                </p>
              )}
              <h3>Recalled, and why</h3>
              {recalled.length === 0 && <p>Nothing.</p>}
              <ul class="said">
                {recalled.map(({ id, kind, text, score, words, meaning }) => (
                  <li key={id}>
                    <p class="about">
                      {kind} score {score.toFixed(2)}, words {words.toFixed(2)}, meaning{' '}
                      {meaning === null ? 'not compared' : meaning.toFixed(2)}
                    </p>
                    <p class="words">{text ?? 'forgotten, or not yours to read'}</p>
                  </li>
                ))}
              </ul>
              <h3>Earlier</h3>
              <Lines of={earlier} />
              <h3>Asked</h3>
              <Lines of={asked} />
            </>
          )}
        </Shown>
      )}
    </Section>
  );
}

function Lines({ of: lines }: { of: Line[] }) {
  if (lines.length === 0) return <p>Nothing.</p>;
  return (
    <ol class="said">
      {lines.map(({ id, role, author, text }) => (
        <li key={id} class={role === 'assistant' ? 'assistant' : 'person'}>
          <p class="about">{author ? (author.name ?? author.id) : role}</p>
          <p class="words">{text ?? 'forgotten'}</p>
        </li>
      ))}
    </ol>
  );
}
