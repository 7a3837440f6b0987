import { useEffect, useRef } from 'preact/hooks';
import { path as pathOf, post, request } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice, agentOr } from '../naming.js';
import { AddDocument } from './add-document.js';
import { AskKnowledge } from './ask-knowledge.js';

interface Document {
  id: string;
  agentId: string;
  name: string;
  state: string;
  mediaType: string;
  source: string;
  at?: string;
  version: number;
  problems: string[];
  pages?: number;
  chunks: number;
  size: number;
  readers: { role?: string; places?: { connector: string; tenant?: string; channel?: string }[] };
  own: boolean;
  addedAt: string;
}

/** What agents know from documents, and how far these are read. */
export function KnowledgePage() {
  const { agentId: named } = asked('agentId');
  const agent = agentOr(named);
  const documents = useList<Document>('documents', 'documents', { agentId: agent }, changedBy('documents'));
  usePolling(
    documents.items.some(({ state }) => isUnderWay(state)),
    documents.reload,
  );
  return (
    <Page
      title="Knowledge"
      actions={may('documents.add') && <AddDocument agent={agent} done={documents.reload} />}
    >
      <Filters questions={[agentChoice({ required: true, initial: agent })]} />
      <Section title="Documents">
        <Listing
          of={documents}
          caption="Documents"
          empty="This agent knows no documents. Add a file, a page or a text: it answers from them, and says which."
          keyOf={({ id }) => id}
          columns={[
            {
              head: 'Name',
              cell: ({ name, at }) => (
                <>
                  {name}
                  {at && at !== name && <span class="faint"> {at}</span>}
                </>
              ),
            },
            { head: 'State', cell: (document) => <State of={document} /> },
            {
              head: 'Read',
              cell: ({ pages, chunks, size }) =>
                `${pages === undefined ? '' : `${pages} pages, `}${chunks} parts, ${sizeText(size)}`,
            },
            { head: 'For', cell: ({ readers, own }) => (own ? 'one room or person' : readersText(readers)) },
            {
              head: 'Added',
              cell: ({ addedAt, source }) => (
                <>
                  <Time at={addedAt} /> ({source})
                </>
              ),
            },
          ]}
          actions={
            may('documents.change') && ((document) => <Change of={document} done={documents.reload} />)
          }
        />
      </Section>
      <Section title="Ask it">
        <AskKnowledge agent={agent} />
      </Section>
    </Page>
  );
}

const isUnderWay = (state: string) => state === 'waiting' || state === 'reading';

/** Reading a document is no operation, so no event tells how far it is. */
function usePolling(on: boolean, reload: () => void): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => latest.current(), 1500);
    return () => clearInterval(timer);
  }, [on]);
}

function State({ of: { state, problems } }: { of: Document }) {
  const kind = state === 'ready' ? 'good' : state === 'failed' ? 'bad' : isUnderWay(state) ? 'warn' : 'plain';
  return (
    <>
      <Badge kind={kind}>{state}</Badge>
      {isUnderWay(state) && <progress aria-label="It is being read" />}
      {problems.length > 0 && (
        <details>
          <summary>{problems.length} problems</summary>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Change({ of: { id, name }, done }: { of: Document; done: () => void }) {
  return (
    <>
      <Button
        onClick={async () => {
          await post(pathOf('documents', id, 'reread'));
          done();
        }}
      >
        Read again
      </Button>
      <Confirm
        label="Remove"
        question={<p>{name} goes, with its text, its vectors and its bytes.</p>}
        act={async () => {
          await request('DELETE', pathOf('documents', id));
          done();
        }}
      />
    </>
  );
}

function readersText({ role, places = [] }: Document['readers']): string {
  const where = places.map(({ connector, tenant, channel }) =>
    [connector, tenant, channel].filter(Boolean).join(' / '),
  );
  return [role && `${role} and above`, ...where].filter(Boolean).join('; ') || 'everybody';
}

function sizeText(bytes: number): string {
  const [unit, size] = bytes < 1_000_000 ? ['kB', bytes / 1000] : ['MB', bytes / 1_000_000];
  return `${size.toLocaleString([], { maximumFractionDigits: 1 })} ${unit}`;
}
