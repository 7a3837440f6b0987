/** A text with Telegram's entities as markdown: https://core.telegram.org/bots/api#messageentity */
import type { Entity, User } from './payload.js';

/** Those whose meaning is lost with them; bold and the like are left out, as stars in plain speech would be. */
const kept = new Set(['code', 'pre', 'text_link', 'text_mention', 'mention']);

/** The bot is called by its name, and not at all where the text begins with it. */
export function plainText(text: string, entities: Entity[], bot: User): string {
  const pieces: string[] = [];
  let at = 0;
  for (const entity of [...entities].sort((a, b) => a.offset - b.offset)) {
    const { type, offset, length } = entity;
    const end = offset + length;
    // Entities count in UTF-16 units, as JavaScript does. One inside of another is left to the outer.
    if (!kept.has(type) || offset < at || end > text.length || length === 0) continue;
    pieces.push(text.slice(at, offset), written(text.slice(offset, end), entity, bot));
    at = end;
  }
  const whole = pieces.join('') + text.slice(at);
  const called = entities.some(({ offset }) => offset === 0) && pieces[1] === '';
  return called ? whole.replace(/^[\s,:]+/, '').trimEnd() : whole.trim();
}

function written(text: string, entity: Entity, bot: User): string {
  if (isMention(text, entity, bot)) return entity.offset === 0 ? '' : `@${bot.first_name}`;
  if (entity.type === 'text_link' && entity.url && entity.url !== text) return `[${text}](${entity.url})`;
  if (entity.type === 'code' && !text.includes('`')) return `\`${text}\``;
  if (entity.type === 'pre') return `\n${fenced(text, entity.language)}\n`;
  return text;
}

function fenced(code: string, language = ''): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${/^[\w+#.-]*$/.test(language) ? language : ''}\n${code}\n${fence}`;
}

export function namesBot(text: string, entities: Entity[], bot: User): boolean {
  return entities.some((entity) => {
    return isMention(text.slice(entity.offset, entity.offset + entity.length), entity, bot);
  });
}

function isMention(text: string, { type, user }: Entity, bot: User): boolean {
  if (type === 'text_mention') return user?.id === bot.id;
  return type === 'mention' && text.toLowerCase() === `@${bot.username?.toLowerCase()}`;
}
