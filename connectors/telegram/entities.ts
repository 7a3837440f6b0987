/** A text with Telegram's entities as markdown: https://core.telegram.org/bots/api#messageentity */
import type { Entity, User } from './payload.js';

/** Those whose meaning is lost with them; bold and the like are left out, as stars in plain speech would be. */
const kept = new Set([
  'code',
  'pre',
  'text_link',
  'text_mention',
  'mention',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
]);

/** The bot is called by its name, and not at all where the text begins with it. */
export function plainText(text: string, entities: Entity[], bot: User): string {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const whole = marked(
    text,
    { from: 0, to: text.length },
    sorted.filter(({ type }) => kept.has(type)),
    bot,
  );
  const called = sorted.some(({ offset, length, ...entity }) => {
    return offset === 0 && isMention(text.slice(0, length), entity, bot);
  });
  return called ? whole.replace(/^[\s,:]+/, '').trimEnd() : whole.trim();
}

interface Stretch {
  from: number;
  to: number;
}

/** Entities count in UTF-16 units, as JavaScript does. They stand within one another, and never across. */
function marked(text: string, { from, to }: Stretch, entities: Entity[], bot: User): string {
  const pieces: string[] = [];
  let at = from;
  for (const [index, entity] of entities.entries()) {
    const { offset, length } = entity;
    const end = offset + length;
    if (offset < at || end > to || length === 0) continue;
    const inner = entities.slice(index + 1).filter((other) => other.offset + other.length <= end);
    const said = written(text.slice(offset, end), entity, bot, () =>
      marked(text, { from: offset, to: end }, inner, bot),
    );
    pieces.push(text.slice(at, offset), said);
    at = end;
  }
  return pieces.join('') + text.slice(at, to);
}

/** @param inner its text with what is marked in it. */
function written(text: string, entity: Entity, bot: User, inner: () => string): string {
  switch (entity.type) {
    case 'mention':
    case 'text_mention':
      if (!isMention(text, entity, bot)) return text;
      return entity.offset === 0 ? '' : `@${bot.first_name}`;
    case 'text_link':
      return entity.url && entity.url !== text ? `[${inner()}](${entity.url})` : inner();
    case 'code':
      return text.includes('`') ? text : `\`${text}\``;
    case 'pre':
      return `\n${fenced(text, entity.language)}\n`;
    case 'strikethrough':
      return around('~~', inner());
    case 'spoiler':
      return around('||', inner());
    default:
      return `\n${inner().trim().replace(/^/gm, '> ')}\n`;
  }
}

/** Marks stand at words: beside white space they mean nothing. */
function around(mark: string, text: string): string {
  const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return words === '' ? text : `${before}${mark}${words}${mark}${after}`;
}

function fenced(code: string, language = ''): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${/^[\w+#.-]*$/.test(language) ? language : ''}\n${code}\n${fence}`;
}

/** By its name, or by a command that is said to be for it. */
export function namesBot(text: string, entities: Entity[], bot: User): boolean {
  return entities.some((entity) => {
    return isNamed(text.slice(entity.offset, entity.offset + entity.length), entity, bot);
  });
}

/** The names of other accounts that it begins with, or gives a command to. */
export function namesAnother(text: string, entities: Entity[], bot: User): boolean {
  const first = text.search(/\S/);
  return entities.some((entity) => {
    const { type, offset, length } = entity;
    if (offset > first || !['mention', 'text_mention', 'bot_command'].includes(type)) return false;
    const words = text.slice(offset, offset + length);
    return (type !== 'bot_command' || words.includes('@')) && !isNamed(words, entity, bot);
  });
}

/** Accounts of bots, as all their names end, that are named and are not ours: it may have a new name. */
export function otherBots(text: string, entities: Entity[], bot: User): string[] {
  return entities.flatMap((entity) => {
    const words = text.slice(entity.offset, entity.offset + entity.length);
    if (!['mention', 'bot_command'].includes(entity.type) || isNamed(words, entity, bot)) return [];
    return /@(\w+bot)$/i.exec(words)?.[1]?.toLowerCase() ?? [];
  });
}

function isNamed(text: string, entity: Pick<Entity, 'type' | 'user'>, bot: User): boolean {
  if (entity.type !== 'bot_command') return isMention(text, entity, bot);
  return bot.username !== undefined && text.toLowerCase().endsWith(`@${bot.username.toLowerCase()}`);
}

function isMention(text: string, { type, user }: Pick<Entity, 'type' | 'user'>, bot: User): boolean {
  if (type === 'text_mention') return user?.id === bot.id;
  return (
    type === 'mention' &&
    bot.username !== undefined &&
    text.toLowerCase() === `@${bot.username.toLowerCase()}`
  );
}
