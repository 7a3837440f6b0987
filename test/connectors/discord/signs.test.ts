/** What Discord reads besides markdown stands as the model wrote it. */
import { describe, expect, it } from 'vitest';
import { renderDiscord, renderParts } from '../../../connectors/discord/render.js';

const id = '123456789012345678';

describe('[discord.9] signs of Discord in a reply', () => {
  it.each([
    `<:ada_wave_hi:${id}>`,
    `<a:x:${id}>`,
    `<:_b_:${id}> and <a:c_:${id}> _no_`.replace('_no_', '*no*'),
    `**<:ada_wave:${id}>** done`,
    '||spoiler||',
    '||the **butler** did *it*|| and ||`code`||',
    '- ||a||\n- b',
    '> ||a||',
    '||two\nlines||',
    '<https://a.example/_x_>',
    'see <https://a.example>, please',
    '[docs](<https://a.example/d_e>)',
    '<id:customize> <id:browse> <id:guide>',
    `<id:linked-roles:${id}>`,
    `</my_cmd:${id}> </my_cmd add_it:${id}>`,
    '<t:1618953630> <t:1618953630:R> <t:-5:F>',
    `<@${id}> <@!${id}> <@&${id}> <#${id}>`,
  ])('are kept: %j', (text) => {
    expect(renderDiscord(text)).toBe(text);
  });

  it.each([
    ['a || b || c', 'a \\|\\| b \\|\\| c'],
    ['if (a||b||c)', 'if (a\\|\\|b\\|\\|c)'],
    ['\\||plain||', '\\|\\|plain\\|\\|'],
    ['||never closed', '\\|\\|never closed'],
    ['<:not an emoji_:>', '<:not an emoji\\_:>'],
    ['`||a||` and `<:a_b:1>`', '`||a||` and `<:a_b:1>`'],
    ['```\n||a|| <https://x|y>\n```', '```\n||a|| <https://x|y>\n```'],
  ])('are told from what only looks like them: %j', (text, shown) => {
    expect(renderDiscord(text)).toBe(shown);
  });

  it('are whole in each part of a long reply', () => {
    const hidden = renderParts(`||${'the butler did it. '.repeat(300)}end||`);
    expect(hidden.length).toBeGreaterThan(2);
    for (const part of hidden) expect(part).toMatch(/^\|\|[^|]+\|\|$/);
    const emoji = renderParts(`<:wave_hi:${id}>`.repeat(200));
    expect(emoji.length).toBeGreaterThan(2);
    for (const part of emoji) expect(part.replaceAll(`<:wave_hi:${id}>`, '')).toBe('');
    const quiet = renderParts('Look at <https://a.example/some_page> now. '.repeat(100));
    for (const part of quiet) expect(part).toMatch(/^(Look at <https:\/\/a\.example\/some_page> now\.\s*)+$/);
  });
});
