/** Colours and weights, where they are wanted: https://no-color.org, and FORCE_COLOR as Node reads it. */

type Style = (text: string) => string;

export interface Styles {
  dim: Style;
  bold: Style;
  italic: Style;
  underline: Style;
  struck: Style;
  red: Style;
  green: Style;
  yellow: Style;
  cyan: Style;
}

/** NO_COLOR wins; then FORCE_COLOR (`0` is no); else only a terminal that is not a dumb one is coloured. */
export function wantsColour(
  screen: { isTTY?: boolean },
  env: Record<string, string | undefined> = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return screen.isTTY === true && env.TERM !== 'dumb';
}

export function stylesFor(coloured: boolean): Styles {
  const style =
    (on: number, off: number): Style =>
    (text) =>
      coloured && text !== ''
        ? text
            .split('\n')
            .map((line) => (line === '' ? '' : `\u001b[${on}m${line}\u001b[${off}m`))
            .join('\n')
        : text;
  return {
    dim: style(2, 22),
    bold: style(1, 22),
    italic: style(3, 23),
    underline: style(4, 24),
    struck: style(9, 29),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}
