/** What reactions say of a reply: some are for it, some against; most say something else. */
import type { Vote } from './opinions.js';

const up = new Set([...'👍👌👏🙌💯🎉🥳😍🤩😀😃😄😊🙂❤💖💙💚💛🧡💜🔥✅✔⭐🌟🙏'].map((sign) => sign));
const down = new Set([...'👎😠😡🤬😞😕🙁☹😒🙄🤦💩❌✖🚫⛔']);
/** As platforms name them that give no signs. */
const upNames = new Set(
  '+1 thumbsup like ok_hand clap raised_hands 100 tada heart white_check_mark heavy_check_mark star fire pray'.split(
    ' ',
  ),
);
const downNames = new Set(
  '-1 thumbsdown dislike angry rage confused disappointed x no_entry facepalm poop'.split(' '),
);

function voteIn(emoji: string): Vote {
  const name = emoji.replace(/^:|:$/g, '').split('::')[0]!.toLowerCase();
  if (upNames.has(name)) return 'up';
  if (downNames.has(name)) return 'down';
  const [sign = ''] = [...emoji];
  return up.has(sign) ? 'up' : down.has(sign) ? 'down' : null;
}

/** One person has one vote, however many reactions: null where they say both or neither. */
export function voteOf(emojis: readonly string[]): Vote {
  const votes = new Set(emojis.map(voteIn));
  if (votes.has('up') === votes.has('down')) return null;
  return votes.has('up') ? 'up' : 'down';
}
