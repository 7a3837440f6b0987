/** What an agent did for an answer: closed, each to be opened. */
import { ScrollingText } from '../kit/scrolling.js';
import type { Step } from './shown.js';

const signs = { running: '…', waiting: '?', done: '✓', failed: '✕' };
const words = { running: 'running', waiting: 'waits for approval', done: 'done', failed: 'not done' };

export function Steps({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <ul class="steps" aria-label="Tools used">
      {steps.map((step) => (
        <li key={step.callId}>
          <details class={`step ${step.state}`}>
            <summary>
              <span class="step-sign" aria-hidden="true">
                {signs[step.state]}
              </span>
              <span class="step-name">{step.name}</span>
              <span class="unseen">{words[step.state]}</span>
              {step.durationMs !== undefined && <span class="step-time">{lasted(step.durationMs)}</span>}
            </summary>
            <h3>Asked</h3>
            <ScrollingText>{written(step.arguments)}</ScrollingText>
            {step.state !== 'running' && step.state !== 'waiting' && (
              <>
                <h3>{step.state === 'failed' ? 'Not done' : 'Result'}</h3>
                <ScrollingText>{written(step.result)}</ScrollingText>
              </>
            )}
          </details>
        </li>
      ))}
    </ul>
  );
}

function written(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function lasted(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
