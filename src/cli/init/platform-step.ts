/** Where people meet the agent: each platform's steps, its tokens looked at with the platform's eyes, and who may talk. */
import { FatalError } from '../../errors.js';
import type { PlatformOffer } from '../../setting-up.js';
import type { Step } from './model-step.js';
import { plainFlag, secretFlag } from './questions.js';
import { afterCheck, askSetting } from './settings-step.js';

const admissions = [
  { value: 'pairing', label: 'Those whom you let in: strangers get a code, which you approve' },
  { value: 'places', label: 'Everybody in groups and servers that it is in; a code for direct messages' },
  { value: 'open', label: 'Everybody who finds it', hint: 'whoever writes costs you what the model costs' },
];

/** @returns the platforms that the agent is on, as far as they were chosen here. */
export async function choosePlatforms(step: Step): Promise<string[]> {
  const { questions, proposal, settingUp } = step;
  const offers = settingUp.platforms;
  const isSet = (offer: PlatformOffer) =>
    offer.steps.some(({ asked }) =>
      asked.some(({ secret, setting }) => secret && proposal.isSet(nameFor(step, setting))),
    );
  const names = await questions.chooseSeveral(
    'platforms',
    'On which platforms?',
    offers.map((offer) => ({
      value: offer.name,
      label: `${offer.name}: ${offer.about}`,
      ...(isSet(offer) && { hint: 'set' }),
    })),
    offers.filter(isSet).map(({ name }) => name),
  );
  const chosen: PlatformOffer[] = [];
  for (const offer of offers.filter(({ name }) => names.includes(name)))
    if (await setUp(offer, step)) chosen.push(offer);
  if (chosen.length > 0) await chooseWho(chosen, step);
  return chosen.map(({ name }) => name);
}

/** False: the person goes on without it. */
async function setUp(offer: PlatformOffer, step: Step): Promise<boolean> {
  const { questions, proposal, settingUp, unchecked } = step;
  const asked = offer.steps.flatMap((one) => one.asked);
  const settings = asked.map(({ setting }) => nameFor(step, setting));
  const own = settings.some((setting, i) => setting !== offer.steps.flatMap((one) => one.asked)[i]!.setting);
  for (;;) {
    for (const { title, text, url, asked, paste } of offer.steps) {
      questions.note(`${offer.name}: ${title}`, [text, url].filter(Boolean).join('\n'));
      // Without a frame, so that it can be copied.
      if (paste && !questions.scripted) process.stdout.write(`\n${named(paste, step)}\n\n`);
      for (const one of asked) await askSetting(one, questions, proposal, nameFor(step, one.setting));
    }
    const token = offer.steps.flatMap(({ asked }) => asked).find(({ field }) => field === offer.token);
    if (own && token)
      proposal.setCharacter(['connectors', offer.name, 'token'], `env:${nameFor(step, token.setting)}`);
    else proposal.set('CARRIER_AGENT', proposal.agentId);
    if (unchecked) return true;
    for (;;) {
      const check = () => settingUp.checkBot(proposal.config(), proposal.agent(), offer.name);
      const findings = await questions.while(`Asking ${offer.name} …`, check);
      const flag = settings.map(secretFlag)[0]!;
      const next = await afterCheck(findings, { questions, flag, skip: `Go on without ${offer.name}` });
      if (next === 'done') return true;
      if (next === 'check') continue;
      proposal.unset(...settings);
      questions.forget(...asked.flatMap(({ setting }) => [secretFlag(setting), plainFlag(setting)]));
      if (next === 'skip') {
        if (own) proposal.setCharacter(['connectors', offer.name], undefined);
        return false;
      }
      break;
    }
  }
}

/** The hub's own tokens belong to one agent; those of another have its id in their names. */
function nameFor({ proposal, settingUp }: Step, setting: string): string {
  const { agent } = proposal.config().platforms;
  const taken = settingUp.platforms
    .flatMap(({ steps }) => steps.flatMap(({ asked }) => asked))
    .some((one) => one.secret && !(one.setting in proposal.settings) && proposal.isSet(one.setting));
  if (agent === proposal.agentId || !taken) return setting;
  return `${setting}_${proposal.agentId.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

function named(paste: string, { proposal }: Step): string {
  const { name } = proposal.agent().character;
  return paste.replaceAll('{name}', JSON.stringify(name).slice(1, -1));
}

async function chooseWho(platforms: PlatformOffer[], { questions, proposal }: Step): Promise<void> {
  const { connectors } = proposal.agent().character;
  const first = connectors[platforms[0]!.name];
  const usual = first?.dm === 'open' ? 'open' : first?.places === 'open' ? 'places' : 'pairing';
  const who = await questions.choose('who', 'Who may talk to it?', admissions, usual);
  for (const { name } of platforms) {
    proposal.setCharacter(['connectors', name, 'dm'], who === 'open' ? 'open' : 'pairing');
    proposal.setCharacter(['connectors', name, 'places'], who === 'pairing' ? 'pairing' : 'open');
  }
  const owners = ownersIn(questions.said('owner') ?? '', platforms);
  questions.forget('owner');
  for (const { name, shared } of platforms) {
    const before = connectors[name]?.operators ?? [];
    const said = owners.get(name) ?? '';
    const wrong = (id: string) => {
      if (id.length > 512 || /[\s\p{Cc}]/u.test(id)) return 'must be one id, without spaces';
      const why = id === '' ? null : shared(id);
      return why === null ? undefined : `cannot be "${id}": ${why}`;
    };
    const problem = wrong(said);
    if (problem) throw new FatalError('invalid_field', `--owner ${name}: ${problem}.`, { field: 'owner' });
    const question = `Your own user id on ${name}, as its operator (empty: none; you can pair later)`;
    const id =
      said || (questions.scripted ? '' : await questions.text('owner-id', question, before[0] ?? '', wrong));
    if (id !== '' && !before.includes(id))
      proposal.setCharacter(['connectors', name, 'operators'], [...before, id]);
  }
}

/** `PLATFORM:ID`, several with commas; an id alone where there is one platform. */
function ownersIn(text: string, platforms: PlatformOffer[]): Map<string, string> {
  const all = text.split(',').flatMap((one) => one.trim() || []);
  return new Map(
    all.map((one) => {
      const platform = platforms.find(({ name }) => one.startsWith(`${name}:`));
      if (platform) return [platform.name, one.slice(platform.name.length + 1)] as const;
      if (platforms.length === 1) return [platforms[0]!.name, one] as const;
      throw new FatalError(
        'invalid_field',
        `--owner: must be PLATFORM:ID, of ${platforms.map(({ name }) => name).join(', ')}.`,
        { field: 'owner' },
      );
    }),
  );
}
