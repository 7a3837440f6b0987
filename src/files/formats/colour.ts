/** Colours of text and of what lies behind it. */

/** Red, green, blue; null: it cannot be told, or shows what lies behind. */
export type Colour = [red: number, green: number, blue: number];

const names: Record<string, Colour> = {
  white: [255, 255, 255],
  snow: [255, 250, 250],
  ivory: [255, 255, 240],
  whitesmoke: [245, 245, 245],
  black: [0, 0, 0],
};

export function colourOf(value: string | undefined | null): Colour | 'clear' | null {
  const said = value?.trim().toLowerCase() ?? '';
  if (said === 'transparent' || /^(rgba|hsla)\(.*[,/]\s*0*\.?0+%?\s*\)$/.test(said)) return 'clear';
  if (names[said]) return names[said];
  const short = /^#([\da-f])([\da-f])([\da-f])[\da-f]?$/.exec(said);
  if (short) return channels(short, (digit) => Number.parseInt(digit + digit, 16));
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})(?:[\da-f]{2})?$/.exec(said);
  if (long) return channels(long, (digits) => Number.parseInt(digits, 16));
  const spelled = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(said);
  return spelled ? channels(spelled, Number) : null;
}

function channels(
  [, red = '', green = '', blue = '']: RegExpExecArray,
  read: (digits: string) => number,
): Colour {
  return [read(red), read(green), read(blue)];
}

/** Nobody tells one from the other. */
export function areAlike(one: Colour, other: Colour): boolean {
  return one.every((channel, index) => Math.abs(channel - (other[index] ?? 0)) <= 12);
}
