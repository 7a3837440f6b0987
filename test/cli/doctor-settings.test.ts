/** What `carrier doctor` says of a hub that runs on older settings than its files have by now. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Diagnosed, runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

describe('carrier doctor beside a running hub', () => {
  let home: Home;
  let hub: HubProcess;
  beforeEach(() => {
    home = new Home();
    hub = new HubProcess({ ...home.settings(), HOME: home.folder });
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await home.dispose();
  });

  const write = (name: string, text: string) => writeFileSync(join(home.folder, name), text, { mode: 0o600 });
  const card = () => readFileSync(join(home.folder, 'data', 'hub.json'), 'utf8');
  async function started(): Promise<void> {
    await hub.start();
    await until(() => card().includes('salt'));
  }
  async function ofSettings() {
    const { said } = await runDoctor(home, {}, ['--json']);
    const { subjects } = JSON.parse(said) as Diagnosed;
    const running = subjects.find(({ subject }) => subject === 'The running hub');
    return running!.findings.filter(({ check }) => check.startsWith('it has the settings'));
  }

  it('names the settings that have changed in its files, and what to do', async () => {
    const env = '# mine\nCARRIER_STOP_MS=9000\nSOME_TOKEN=secret-of-mine\nCARRIER_SWEEP_MS=4000\n';
    write('.env', env);
    write('carrier.config.json', '{"hub": {"CARRIER_TURN_MAX_STEPS": 6}, "models": ["offline"]}');
    await started();
    expect(card()).not.toMatch(/secret-of-mine|9000/);
    const same = { check: 'it has the settings that the files say', ok: true, fix: null };
    expect(await ofSettings()).toEqual([same]);

    // Written otherwise, and it says the same.
    write('.env', env.replace('# mine\n', '').replace('=9000', "='9000'"));
    write('carrier.config.json', '{"models":["offline"],"hub":{"CARRIER_TURN_MAX_STEPS":6}}');
    expect(await ofSettings()).toEqual([same]);

    write('.env', 'CARRIER_STOP_MS=8000\nSOME_TOKEN=secret-of-mine\nCARRIER_MAX_FILES=2\n');
    write('carrier.config.json', '{"hub": {"CARRIER_TURN_MAX_STEPS": 7}, "models": ["offline"]}');
    const changed = (file: string, names: string) => ({
      check: `it has the settings of ${join(home.folder, file)}`,
      ok: false,
      fix: expect.stringMatching(
        new RegExp(`^${names}: changed since it started \\(20.*\\)\\. Start it again: .*carrier start`),
      ),
      page: 'docs/troubleshooting.md#what-doctor-says-of-a-running-hub',
    });
    expect(await ofSettings()).toEqual([
      changed('.env', 'CARRIER_MAX_FILES, CARRIER_STOP_MS, CARRIER_SWEEP_MS'),
      changed('carrier.config.json', 'hub\\.CARRIER_TURN_MAX_STEPS'),
    ]);

    await hub.end('SIGTERM');
    await started();
    expect(await ofSettings()).toEqual([same]);
  });

  it('looks at its files from any folder, and not at what the environment says in their place', async () => {
    write('.env', 'CARRIER_RETRY_BASE_MS=7\nCARRIER_STOP_MS=9000\n');
    await started();
    write('.env', 'CARRIER_RETRY_BASE_MS=70\nCARRIER_STOP_MS=9000\n');
    expect(await ofSettings()).toEqual([expect.objectContaining({ ok: true })]);
    // The file is gone for the doctor's own folder, and there where the hub has read it.
    mkdirSync(join(home.folder, 'away'));
    renameSync(join(home.folder, '.env'), join(home.folder, 'away', '.env'));
    expect(await ofSettings()).toEqual([
      expect.objectContaining({ ok: false, fix: expect.stringMatching(/^CARRIER_STOP_MS: changed/) }),
    ]);
    rmSync(join(home.folder, 'away'), { recursive: true });
  });
});
