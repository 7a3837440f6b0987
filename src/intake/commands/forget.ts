import type { Caller, InputOf, OutputOf } from '../../operations/operations.js';
import type { Buttons } from '../buttons.js';
import { countsText } from '../counts-text.js';
import { erase, isErasure } from '../erasing.js';
import type { Notice } from '../gate.js';
import type { Call, Command } from './command.js';

type Preview = OutputOf<'memories.preview'>;

/**
 * What the hub remembers of who asks: in a direct conversation everything, in a group what they said themselves, and
 * what was made of that. It is shown first. Messages that still wait for their answer stay.
 */
export function forget(operations: Caller, buttons: Buttons): Command {
  return {
    name: 'forget',
    about:
      'forget what I remember of you here: /forget TOPIC, /forget day yesterday, /forget this in a reply; /forget everything, on all your accounts',
    async run(call) {
      const { connector, tenant, userId, agentId, scope } = call.principal;
      const whom = { connector, tenant, userId, agentId, scope };
      const [, sure, code] = /^(yes)\b\s*(\S*)$/i.exec(call.args) ?? [];
      // Where others read, it is about what was said there.
      if (call.message.direct && (code ? isErasure(code) : /^everything$/i.test(call.args)))
        return erase(operations, buttons, call, code);
      if (!sure) {
        const wish = wishOf(call);
        if (typeof wish === 'string') return { text: wish };
        return shown(
          call,
          await operations.call('memories.preview', { ...whom, ...wish }, call.principal),
          buttons,
        );
      }
      const given = code ? { code, askedAt: call.givenAt } : { ...whom, askedAt: call.givenAt };
      const { forgotten, preview } = await operations.call('memories.forget', given, call.principal);
      if (forgotten) return { text: `Forgotten: ${countsText(forgotten)}.` };
      if (preview) return shown(call, preview, buttons, 'More was said since, so nothing is forgotten yet. ');
      // Nothing was shown: whoever writes this knows what it means.
      const all = { ...whom, askedAt: call.givenAt };
      const { memories } = await operations.call('people.forget', all, call.principal);
      return {
        text:
          memories === 0 ? nothing : `Forgotten: ${memories === 1 ? 'one memory' : `${memories} memories`}.`,
      };
    },
  };
}

const nothing = 'There is nothing that I remember of you here.';

type Wish = Omit<InputOf<'memories.preview'>, 'connector' | 'tenant' | 'userId' | 'agentId' | 'scope'>;

/** Or what to write instead. */
function wishOf({ args, message }: Call): Wish | string {
  if (/^(?:everything|all)?$/i.test(args)) return { everything: true };
  const [, day] = /^day\b\s*(.*)$/i.exec(args) ?? [];
  if (day !== undefined) return day ? { day } : 'Write: /forget day yesterday, or /forget day 2026-11-20';
  if (!/^(?:this|that)$/i.test(args)) return { topic: args };
  return message.replyTo === undefined
    ? 'Reply to the message that is to be forgotten with: /forget this'
    : { messageId: message.replyTo };
}

async function shown(
  { args, message, principal, settings }: Call,
  { code, counts, samples, why }: Preview,
  buttons: Buttons,
  before = '',
): Promise<Notice> {
  if (code === null) return { text: args === '' ? nothing : `0 forgotten: ${why ?? nothing}` };
  const { author, direct } = message;
  const { agentId, roomId } = principal;
  const yes = `/forget yes ${code}`;
  const button = await buttons.mint({
    ...{ agentId, roomId, user: author.id, direct },
    ...{ label: 'Forget it', text: yes, style: 'danger', command: true },
  });
  const lines = samples.map(({ kind, text }) => `- ${kind}: ${text}`);
  const goOn = `To go on, ${settings.commands ? `write: ${yes}` : 'press the button.'}`;
  return {
    text: [`${before}This makes me forget for good: ${countsText(counts)}.`, ...lines, goOn].join('\n'),
    buttons: [button],
  };
}
