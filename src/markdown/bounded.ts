/**
 * Keeps a parser's time in proportion to its text. Containers in one another, brackets that stay open and marks that
 * may match cost time that grows with the square of their number, or worse: a few kilobytes of them, which anyone can
 * ask a model to repeat, would hold the process for a minute. Beyond what a reader could follow they are text.
 */

const maxContainers = 24;
const maxIndent = 60;

/** In one paragraph, item or line of a table. */
const maxOpenBrackets = 32;
const maxMarks = 1000;

const containers = '(?:[ \\t]*(?:>|[-+*](?=[ \\t])|\\d{1,9}[.)](?=[ \\t])))';
const tooDeep = new RegExp(`^(${containers}{${maxContainers}}[ \\t]*)(?=[>+*\\d-])`);
const rule = /^[ \t]*([-*_])(?:[ \t]*\1)*[ \t]*$/;
const tooFarIn = new RegExp(`^[ \\t]{${maxIndent},}(?=[>+*\\d-])`);
const fence = new RegExp(`^${containers}*[ \\t]*(\`{3,}|~{3,})([^\\n]*)$`);
const blockStart = new RegExp(`^(?:${containers}|[ \\t]*(?:#|\\|)|[ \\t>]*$)`);

/** The text, with a backslash before marks that are too many. Code in fences is left alone. */
export function bounded(text: string): string {
  let open: string | null = null;
  const counts = { brackets: 0, marks: 0 };
  return text
    .split('\n')
    .map((line) => {
      const [, ticks, info] = fence.exec(line) ?? [];
      if (open !== null) {
        if (ticks?.startsWith(open) && info!.trim() === '') open = null;
        return line;
      }
      if (ticks && !(ticks.startsWith('`') && info!.includes('`'))) {
        open = ticks;
        return line;
      }
      if (blockStart.test(line)) Object.assign(counts, { brackets: 0, marks: 0 });
      return withFewMarks(shallow(line), counts);
    })
    .join('\n');
}

function shallow(line: string): string {
  if (rule.test(line)) return line;
  return line.replace(tooFarIn, ' '.repeat(maxIndent)).replace(tooDeep, '$1\\');
}

function withFewMarks(line: string, counts: { brackets: number; marks: number }): string {
  return line.replace(/\\.|[[\]]|\*+|_+|~+/g, (mark) => {
    if (mark.startsWith('\\')) return mark;
    if (mark === ']' && counts.brackets > 0) {
      counts.brackets -= 1;
      return mark;
    }
    const tooMany = mark === '[' ? counts.brackets >= maxOpenBrackets : counts.marks >= maxMarks;
    if (tooMany) return mark.replace(/./g, '\\$&');
    if (mark === '[') counts.brackets += 1;
    else counts.marks += 1;
    return mark;
  });
}
