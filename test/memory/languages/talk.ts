/** Ten things that were said, each with a question about it, among 300 lines of other talk. */
export interface Talk {
  language: string;
  pairs: [said: string, asked: string][];
  /** `[one|another]`: lines are made of every choice. */
  templates: string[];
}

const lineCount = 300;

/** The lines, in which what was said stands here and there. */
export function linesOf({ pairs, templates }: Talk): string[] {
  const all = templates.map(choices);
  const lines: string[] = [];
  for (let round = 0; lines.length < lineCount - pairs.length; round++) {
    const before = lines.length;
    for (const some of all)
      if (round < some.length && lines.length < lineCount - pairs.length) lines.push(some[round]!);
    if (lines.length === before) throw new Error(`Only ${before} lines: more templates are needed.`);
  }
  pairs.forEach(([said], i) => {
    lines.splice(i * 29 + 3, 0, said);
  });
  return lines;
}

/** All that a template can say; those next to each other have little in common. */
function choices(template: string): string[] {
  const parts = template.split(/\[([^\]]*)\]/).map((part, i) => (i % 2 ? part.split('|') : [part]));
  const count = parts.reduce((product, part) => product * part.length, 1);
  return Array.from({ length: count }, (_, n) => {
    // A prime: every one comes once.
    let left = (n * 101) % count;
    return parts
      .map((part) => {
        const one = part[left % part.length]!;
        left = Math.floor(left / part.length);
        return one;
      })
      .join('');
  });
}
