import { useState } from 'preact/hooks';
import { get } from '../../api.js';
import { Ask } from '../../kit/ask.js';
import { Empty, Table } from '../../kit/lists.js';
import { Badge } from '../../kit/words.js';
import { me } from '../me.js';

interface Recalled {
  id: string;
  kind: string;
  author: string;
  text: string;
  score: number;
}

/** What an agent would recall, if whoever is signed in asked it this. */
export function AskKnowledge({ agent }: { agent: string }) {
  const [found, setFound] = useState<Recalled[]>();
  return (
    <>
      <p class="hint">
        What the agent recalls for these words when you talk with it. Nothing is sent to a model.
      </p>
      <Ask
        label="Ask"
        kind="plain"
        questions={[{ name: 'text', label: 'Question', required: true }]}
        act={async ({ text }) => {
          const { memories } = await get<{ memories: Recalled[] }>('memories/recall', {
            ...{ agentId: agent, userId: me.value!.user, text },
          });
          setFound(memories);
        }}
      />
      <div role="status">
        {found?.length === 0 && (
          <Empty>It recalls nothing. Other words may help, or a document that has the answer.</Empty>
        )}
      </div>
      {found && found.length > 0 && (
        <Table
          caption="What is recalled"
          rows={found}
          keyOf={({ id }) => id}
          columns={[
            { head: 'Score', cell: ({ score }) => score.toFixed(2) },
            { head: 'Kind', cell: ({ kind }) => <Badge>{kind}</Badge> },
            { head: 'Text', cell: ({ text }) => <span class="clipped">{text}</span> },
            { head: 'From', cell: ({ author }) => author },
          ]}
        />
      )}
    </>
  );
}
