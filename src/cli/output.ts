/** Where people read: the program's own words go to standard output, logs to standard error. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Colour and cursor codes only where a person is looking. */
export const paint = {
  dim: (text: string) => wrap(2, text),
  bold: (text: string) => wrap(1, text),
  red: (text: string) => wrap(31, text),
  green: (text: string) => wrap(32, text),
  cyan: (text: string) => wrap(36, text),
};

function wrap(code: number, text: string): string {
  const plain = !process.stdout.isTTY || process.env.NO_COLOR;
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}
