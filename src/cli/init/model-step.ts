/** Which model answers, and its key, tried by a real call. */
import { FatalError } from '../../errors.js';
import type { ProviderOffer, SettingUp } from '../../setting-up.js';
import type { Proposal } from './proposal.js';
import { Cancelled, type Choice, plainFlag, type Questions, secretFlag } from './questions.js';
import { afterCheck, askSetting, required } from './settings-step.js';

/** Chosen in the place of a provider. */
const elsewhere = 'other';
const keep = 'keep';
/** A list that is longer is typed from. */
const longestList = 30;

export interface Step {
  questions: Questions;
  proposal: Proposal;
  settingUp: SettingUp;
  /** Nothing is asked of platforms and providers. */
  unchecked: boolean;
}

export async function chooseModel(step: Step): Promise<void> {
  const { questions, proposal, settingUp, unchecked } = step;
  /** Whose key is typed again. */
  let again = '';
  for (;;) {
    const ref = await chosen(step, again);
    if (ref === null || unchecked) return;
    for (;;) {
      const check = () => settingUp.checkModel(proposal.config(), ref);
      const findings = await questions.while(`Asking ${ref} …`, check);
      const next = await afterCheck(findings, { questions, flag: 'model', skip: 'Choose another model' });
      if (next === 'done') return;
      if (next === 'check') continue;
      const [endpoint = ''] = ref.split(':');
      const known = settingUp.providers.some(({ name }) => name === endpoint);
      again = next === 'skip' ? '' : known ? endpoint : elsewhere;
      forgetAnswers(step);
      break;
    }
  }
}

/** @returns the model to try; null: there is nothing to try. */
async function chosen(step: Step, again: string): Promise<string | null> {
  const { questions, proposal, settingUp } = step;
  const { chain } = proposal.config().models;
  const providers = settingUp.providers;
  const [said = '', ...rest] = (questions.said('model') ?? '').split(':');
  const wanted = rest.join(':');
  if (said !== '') questions.forget('model');
  const isSetUp = ({ steps }: ProviderOffer) =>
    steps.some(({ asked }) => asked.some(({ setting, secret }) => secret && proposal.isSet(setting)));
  const ready = chain.length > 0 ? chain : providers.filter(isSetUp).map(({ name }) => name);
  if (said === keep) return null;
  const options: Choice[] = [
    ...(ready.length > 0 ? [{ value: keep, label: `As it is: ${ready.join(', then ')}` }] : []),
    ...providers.map((offer) => ({
      value: offer.name,
      label: `${offer.name}: ${offer.about}`,
      ...(isSetUp(offer) && { hint: 'its key is set' }),
    })),
    { value: elsewhere, label: 'another server that speaks one of these protocols, at its address' },
  ];
  const usual = ready.length > 0 ? keep : providers.find(({ fallback }) => fallback)!.name;
  if (said !== '' && !options.some(({ value }) => value === said))
    throw new FatalError(
      'invalid_field',
      `--model: must be one of ${options.map(({ value }) => value).join(', ')}, with :MODEL behind it.`,
      { field: 'model' },
    );
  const choice =
    again || said || (await questions.choose('model', 'Which model shall answer?', options, usual));
  if (choice === keep) return null;
  const offer = providers.find(({ name }) => name === choice);
  if (!offer) return another(step, wanted);
  if (offer.fallback) {
    // Where nothing else is set it answers anyway, until something is.
    if (ready.length > 0) proposal.set('CARRIER_MODELS', offer.name);
    return null;
  }
  await leadsHome(offer, step);
  const modelSetting = offer.steps.flatMap(({ asked }) => asked).find(({ field }) => field === 'model');
  for (const { title, text, url, asked } of offer.steps) {
    questions.note(title, [text, url].filter(Boolean).join('\n'));
    for (const one of asked)
      if (one.secret) await askSetting(one, questions, proposal);
      else if (one !== modelSetting) await askAddress(offer, one.setting, step);
  }
  const model = wanted || (await pickModel(step, offer.name, offer.usualModel));
  const name = modelSetting?.setting;
  if (name) proposal.set(name, model);
  const ref = name ? offer.name : `${offer.name}:${model}`;
  proposal.set('CARRIER_MODELS', ref);
  return ref;
}

/** One that runs is found; another address is typed. */
async function askAddress(offer: ProviderOffer, setting: string, step: Step): Promise<void> {
  const { questions, proposal, settingUp } = step;
  const flag = plainFlag(setting);
  const look = () => settingUp.searchFor(proposal.config(), offer.name);
  const search =
    questions.has(flag) || !offer.findable
      ? null
      : await questions.while(`Looking for ${offer.name} …`, look);
  const [found] = search?.found ?? [];
  const [address = ''] = Object.values(found?.settings ?? {});
  if (search) {
    if (found)
      questions.tell(
        `Found at ${search.found.map(({ settings }) => Object.values(settings)).join(', ')}. ${search.advice}`,
      );
    else questions.warn(`Nothing answers at ${search.tried.join(', ')}. ${search.advice}`);
    if (questions.scripted && !found)
      throw new FatalError(
        'config_invalid',
        `${offer.name} was not found at ${search.tried.join(', ')}. ${search.advice} Or give --${flag} ADDRESS.`,
        { field: flag },
      );
  }
  const usual = address || proposal.value(setting) || search?.tried[0] || '';
  proposal.set(setting, await questions.text(flag, 'Its address', usual, required));
}

/** From what is there; a name that is not there is told by the check. */
async function pickModel(
  { questions, proposal, settingUp, unchecked }: Step,
  endpoint: string,
  usual: string,
) {
  let models: string[] = [];
  if (!unchecked)
    models = await questions
      .while(`Asking ${endpoint} for its models …`, () => settingUp.modelsAt(proposal.config(), endpoint))
      .catch((error: Error) => {
        if (error instanceof Cancelled) throw error;
        questions.warn(error.message);
        return [];
      });
  if (models.length === 0 || models.length > longestList)
    return questions.text('model-name', 'Which of its models?', usual, required);
  const known = models.find((model) => model === usual || model.startsWith(`${usual}:`)) ?? models[0]!;
  return questions.choose('model-name', 'Which of its models?', models.map(asChoice), known);
}

const asChoice = (value: string): Choice => ({ value, label: value });

/** A key that is given for the provider itself must not go to whatever address was set before. */
async function leadsHome({ elsewhere: there, name }: ProviderOffer, { questions, proposal }: Step) {
  const address = there?.address;
  const leads = address && proposal.value(address.setting);
  if (!address || !leads) return;
  const problem = `${address.setting} leads to ${leads}: a key of ${name} would be sent there.`;
  if (questions.scripted)
    throw new FatalError(
      'config_invalid',
      `${problem} Take ${address.setting} out of the settings first, or choose --model ${elsewhere}.`,
      { field: address.setting },
    );
  questions.warn(problem);
  const choice = await questions.choose(
    'address',
    `Take ${address.setting} out, so that the key goes to ${name} alone?`,
    [
      { value: 'out', label: 'Take it out' },
      { value: 'stay', label: `Leave it: ${leads} shall have the key` },
    ],
    'out',
  );
  if (choice === 'out') return proposal.set(address.setting, '');
  if (there.mayHaveKey) proposal.set(there.mayHaveKey.setting, new URL(leads).host);
}

/** A server of its own name, with a key of its own: no other's is ever sent there. */
async function another(step: Step, wanted: string): Promise<string> {
  const { questions, proposal, settingUp } = step;
  const provider = settingUp.providers.find((offer) => offer.elsewhere)!;
  const url = await questions.text(
    'endpoint-url',
    'Its address, as in https://api.example.com/v1',
    '',
    (value) =>
      /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value)
        ? undefined
        : 'must be an http:// or https:// address',
  );
  const name = await questions.text(
    'endpoint-name',
    'A name for it, for your settings',
    nameOf(url),
    (value) => {
      if (!/^[a-z][a-z0-9-]{0,31}$/.test(value)) return 'must be a-z, 0-9 and "-", at most 32 characters';
      return settingUp.providers.some((offer) => offer.name === value)
        ? 'is a name that the hub has itself'
        : undefined;
    },
  );
  const setting = `${name.toUpperCase().replaceAll('-', '_')}_API_KEY`;
  const before = proposal.isSet(setting);
  if (questions.has('endpoint-key-file') || !before) {
    const key = await questions.secret('ENDPOINT_KEY', 'Its key, if it wants one', false);
    if (key) proposal.set(setting, key);
  } else await askSetting({ field: '', setting, secret: true }, questions, proposal);
  const [keyField] = provider.steps.flatMap(({ asked }) => asked).filter(({ secret }) => secret);
  const at = (field: string) => ['endpoints', name, field];
  proposal.setConfig(at('provider'), provider.name);
  proposal.setConfig(at(provider.elsewhere!.address.field), url);
  if (keyField && proposal.isSet(setting)) proposal.setConfig(at(keyField.field), `env:${setting}`);
  const model = wanted || (await pickModel(step, name, ''));
  proposal.set('CARRIER_MODELS', `${name}:${model}`);
  return `${name}:${model}`;
}

/** `https://api.example.com/v1` is example. */
function nameOf(url: string): string {
  const labels = new URL(url).hostname.split('.');
  const own = labels.length > 1 && !/^[\d.]+$/.test(labels.join('.')) ? labels.at(-2)! : labels[0]!;
  const name = own
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 32);
  return /^[a-z]/.test(name) ? name : 'server';
}

/** What was answered for a model that does not work is asked anew. */
function forgetAnswers({ questions, proposal, settingUp }: Step): void {
  const asked = settingUp.providers.flatMap(({ steps }) => steps.flatMap((step) => step.asked));
  // It is what was answered first.
  proposal.unset(...Object.keys(proposal.settings));
  proposal.dropConfig();
  questions.forget(...asked.flatMap(({ setting }) => [secretFlag(setting), plainFlag(setting)]));
  questions.forget('model', 'model-name', 'endpoint-url', 'endpoint-name', 'endpoint-key-file');
}
