import { useState } from 'preact/hooks';
import { get, path, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { may } from '../me.js';
import { type Asked, Models } from './turn-models.js';
import { Prompt } from './turn-prompt.js';
import { kindOf, pretty, type TurnRow } from './work.js';

interface Turn extends TurnRow, Asked {
  traceId: string;
  actions: {
    name: string;
    arguments: string;
    state: string;
    result: string | null;
    ok: boolean;
    durationMs: number;
  }[];
  recall?: {
    questions: number;
    candidates: number;
    embedder: string | null;
    degraded?: string;
    hits: { id: string; score: number; words: number; meaning: number | null }[];
  };
  evaluation?: {
    version: string;
    topic: string;
    outcome?: string;
    score?: number;
    findings: { check: string; verdict: string; rule?: string; reason: string; draft: number }[];
  };
}

/** One turn: how it went, what it cost, what it did and why. */
export function TurnPage({ turnId }: { turnId: string }) {
  const turn = useResource(
    `turn ${turnId}`,
    (signal) => get<Turn>(path('turns', turnId), {}, signal),
    (event) => event.turnId === turnId || Boolean(event.operation?.startsWith('turns.')),
  );
  return (
    <Page title="Turn" actions={<a href={linkTo(['turns'])}>All turns</a>}>
      <p>
        <code>{turnId}</code>
      </p>
      <Shown of={turn}>
        {(value) => (
          <>
            <Summary of={value} />
            <Acts of={value} changed={turn.reload} />
            <Models of={value} />
            <Tools of={value} />
            <Recalled of={value} />
            <Judged of={value} />
            {value.finishedAt && <Prompt turnId={turnId} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Summary({ of: turn }: { of: Turn }) {
  const { status, agentId, roomId, model, usage, attempt, startedAt, finishedAt, error } = turn;
  const tookMs = startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
  return (
    <Facts
      of={[
        ['Status', <Badge kind={kindOf(status)}>{status}</Badge>],
        ...(error ? [['Error', `${error.message} (${error.code})`] as [string, string]] : []),
        ['Agent', <a href={linkTo(['agents', agentId])}>{agentId}</a>],
        ['Room', <a href={linkTo(['rooms', roomId])}>{roomId}</a>],
        ['Model', model ?? '–'],
        ...(turn.passedOver ?? []).map(({ model, message }): [string, string] => [`Tried ${model}`, message]),
        ['Tokens', `${usage.inputTokens} in, ${usage.outputTokens} out`],
        ['Attempt', attempt],
        ['Began', <Time at={startedAt} />],
        ['Took', tookMs === null ? '–' : `${(tookMs / 1000).toFixed(1)} s`],
        ['Trace', <code>{turn.traceId}</code>],
      ]}
    />
  );
}

function Acts({ of: { turnId, status, replyId }, changed }: { of: Turn; changed: () => void }) {
  const [said, setSaid] = useState('');
  const act =
    (name: string, words: string, body: object = {}) =>
    async () => {
      await post(path('turns', turnId, name), body);
      setSaid(words);
      changed();
    };
  return (
    <div class="actions">
      {status === 'failed' && may('turns.run') && (
        <Button kind="primary" onClick={act('run-again', 'It runs again.')}>
          Run again
        </Button>
      )}
      {['open', 'running', 'waiting'].includes(status) && may('turns.stop') && (
        <Button kind="danger" onClick={act('stop', 'Stopped.')}>
          Stop
        </Button>
      )}
      {replyId && may('turns.rate') && (
        <>
          <span>How good was the reply?</span>
          {[1, 2, 3, 4, 5].map((rating) => (
            <Button
              key={rating}
              aria-label={`Rate ${rating} of 5`}
              onClick={act('rate', `Rated ${rating} of 5.`, { rating })}
            >
              {rating}
            </Button>
          ))}
        </>
      )}
      {said && <span role="status">{said}</span>}
    </div>
  );
}

function Tools({ of: { actions } }: { of: Turn }) {
  if (actions.length === 0) return null;
  return (
    <Section title="Tools">
      <ol class="cards">
        {actions.map((action, at) => (
          <li key={at} class="card">
            <p>
              <code>{action.name}</code> <Badge kind={action.ok ? 'good' : 'warn'}>{action.state}</Badge>{' '}
              {action.durationMs} ms
            </p>
            <pre class="json">{pretty(action.arguments)}</pre>
            {action.result !== null && (
              <details>
                <summary>Result</summary>
                <pre class="json">{pretty(action.result)}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Recalled({ of: { recall } }: { of: Turn }) {
  if (!recall) return null;
  const { questions, candidates, hits, embedder, degraded } = recall;
  return (
    <Section title="Recalled">
      <p>
        {hits.length} of {candidates} memories, for {questions} {questions === 1 ? 'question' : 'questions'},
        by {embedder ? `words and meaning (${embedder})` : 'words'}.{degraded && ` ${degraded}`}
      </p>
    </Section>
  );
}

function Judged({ of: { evaluation } }: { of: Turn }) {
  if (!evaluation) return null;
  const { outcome = 'nothing was checked', score, findings, topic } = evaluation;
  return (
    <Section title="Evaluation">
      <p>
        {outcome}
        {score !== undefined && `, ${score.toFixed(2)} of 1`}, about “{topic}”
      </p>
      <ul>
        {findings.map(({ check, verdict, rule, reason, draft }, at) => (
          <li key={at}>
            Draft {draft}: <code>{check}</code> {verdict} {rule && <code>{rule}</code>} {reason}
          </li>
        ))}
      </ul>
    </Section>
  );
}
