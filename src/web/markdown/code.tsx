/** Code, complete or still being written: what is there stays, what comes is added behind it. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../kit/copy.js';
import { ScrollingText } from '../kit/scrolling.js';

/** A part is laid out by itself: the browser has no more to do for the thousandth line than for the first. */
const linesOfPart = 50;

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const code = useRef<HTMLElement>(null);
  const shown = useRef('');
  useLayoutEffect(() => {
    const element = code.current!;
    const goesOn = text.startsWith(shown.current);
    if (!goesOn) element.replaceChildren();
    append(element, goesOn ? text.slice(shown.current.length) : text);
    shown.current = text;
  }, [text]);
  return (
    <figure class="code">
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton what="code" text={() => text} />
      </figcaption>
      <ScrollingText>
        <code ref={code} />
      </ScrollingText>
    </figure>
  );
}

function append(code: HTMLElement, text: string): void {
  let rest = text;
  while (rest !== '') {
    const last = code.lastElementChild as HTMLElement | null;
    const lines = Number(last?.dataset.lines ?? linesOfPart);
    const part = last && lines < linesOfPart ? last : code.appendChild(document.createElement('span'));
    const left = linesOfPart - (part === last ? lines : 0);
    const end = endOfLines(rest, left);
    part.append(rest.slice(0, end));
    part.dataset.lines = String(linesOfPart - left + countLines(rest, end));
    rest = rest.slice(end);
  }
}

/** Behind so many lines, or all of it. */
function endOfLines(text: string, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
