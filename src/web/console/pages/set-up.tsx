/** How platforms are set up, as their own pages of the documentation say it: built in, so nothing is loaded from elsewhere. */
import { useState } from 'preact/hooks';
import { Loading } from '../../kit/lists.js';
import { Markdown } from '../../markdown/markdown.js';
import { useResource } from '../../resource.js';

const readmes = import.meta.glob<string>('../../../../connectors/*/README.md', {
  query: '?raw',
  import: 'default',
});

const platforms = Object.entries(readmes).map(([file, read]) => ({ name: file.split('/').at(-2)!, read }));

export function SetUp() {
  return (
    <>
      {platforms.map(({ name, read }) => (
        <Steps key={name} name={name} read={read} />
      ))}
    </>
  );
}

function Steps({ name, read }: { name: string; read: () => Promise<string> }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{name}</summary>
      {open && <Read name={name} read={read} />}
    </details>
  );
}

function Read({ name, read }: { name: string; read: () => Promise<string> }) {
  const steps = useResource(name, async () => stepsIn(await read()));
  return steps.value === undefined ? <Loading /> : <Markdown text={steps.value} />;
}

/** The part that says how it is set up; the whole where no heading does. */
function stepsIn(readme: string): string {
  return /^## Set(?:-| it )up\n(.*?)(?=^## |(?![\s\S]))/ms.exec(readme)?.[1] ?? readme;
}
