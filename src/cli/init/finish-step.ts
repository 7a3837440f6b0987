/** What is done once all is written: doctor's look at it, and a first message to the agent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../diagnosis.js';
import { startCarrier } from '../../embed.js';
import { createLogger } from '../../logger.js';
import { harmlessLines } from '../output.js';
import type { Step } from './model-step.js';
import { Cancelled } from './questions.js';

const question = 'Hello! Who are you?';

/** What `carrier doctor` says of what was set. @returns whether all is well. */
export async function examine({ questions, proposal }: Step): Promise<boolean> {
  const look = () => diagnose(proposal.config(), createLogger('silent'));
  const diagnoses = await questions.while('Looking at all of it, as "carrier doctor" does …', look);
  return questions.show(
    diagnoses.flatMap(({ subject, findings }) =>
      findings
        .filter(({ ok }) => !ok)
        .map((finding) => ({ ...finding, check: `${subject}: ${finding.check}` })),
    ),
  );
}

/**
 * Says something to the agent, in a hub of its own that keeps nothing and is on no platform. @returns whether it
 * answered.
 */
export async function greetAgent({ questions, proposal, settingUp }: Step): Promise<boolean> {
  const { id, character } = proposal.agent();
  const { charactersDir } = proposal.config();
  const folder = mkdtempSync(join(tmpdir(), 'carrier-init-'));
  const without = [
    ...settingUp.platforms.flatMap(({ steps }) =>
      steps.flatMap(({ asked }) => asked.map(({ setting }) => setting)),
    ),
    ...['REDIS_URL', 'MONGODB_URL', 'CARRIER_ENCRYPTION_KEYS', 'CARRIER_ROLE', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ].flatMap((name) => [name, `${name}_FILE`]);
  const env = { ...proposal.environment(), ...Object.fromEntries(without.map((name) => [name, undefined])) };
  const said = async () => {
    const hub = await startCarrier({
      env,
      settings: {
        ...{ CARRIER_DATA_DIR: folder, CARRIER_EMBEDDER: 'none' },
        ...{ CARRIER_MODEL_WAIT_MS: 0, CARRIER_TURN_ATTEMPTS: 1 },
      },
      config: proposal.configPath ?? {},
      characters: charactersDir,
      http: false,
    });
    return hub.ask(id, { text: question }).finally(() => hub.stop());
  };
  try {
    const { text } = await questions.while(`Saying "${question}" to ${character.name} …`, said);
    questions.tell(`${character.name}: ${harmlessLines(text ?? '(nothing)')}`);
    return true;
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    questions.show([{ check: `${character.name} answers`, ok: false, fix: (error as Error).message }]);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
