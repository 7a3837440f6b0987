/** Markdown on a page, whole or as it is written. */
import { useMemo, useRef } from 'preact/hooks';
import { healMarkdown } from '../../markdown/heal.js';
import { Blocks } from './blocks.js';
import { CodeBlock } from './code.js';
import { nodesOf } from './nodes.js';
import { parseForPage } from './parse.js';

/** @param open more of it will come: marks of which the end is missing are closed for now. */
export function Markdown({ text, open = false }: { text: string; open?: boolean }) {
  const blocks = useRef(new Blocks());
  if (!blocks.current.see(text)) {
    blocks.current = new Blocks();
    blocks.current.see(text);
  }
  return (
    <div class="markdown" dir="auto">
      {blocks.current
        .sources()
        .map(({ block, source, last }) =>
          block.code ? (
            <Code
              key={block.start}
              source={source}
              open={last && !blocks.current.isClosed(block)}
              goesOn={open}
            />
          ) : (
            <Prose key={block.start} source={source} open={last && open} />
          ),
        )}
    </div>
  );
}

function Prose({ source, open }: { source: string; open: boolean }) {
  return useMemo(() => <>{nodesOf(parseForPage(open ? healMarkdown(source) : source))}</>, [source, open]);
}

/** Needs no parser: what stands between the fences is the code. */
function Code({ source, open, goesOn }: { source: string; open: boolean; goesOn: boolean }) {
  const { language, text } = useMemo(() => codeOf(source, open, goesOn), [source, open, goesOn]);
  if (language === undefined) return null;
  return <CodeBlock language={language} text={text} />;
}

function codeOf(
  source: string,
  open: boolean,
  goesOn: boolean,
): { language: string | undefined; text: string } {
  const head = source.indexOf('\n');
  const [, indent = '', mark = '', info = ''] =
    /^( {0,3})(`{3,}|~{3,})([^\n]*)/.exec(source.slice(0, head < 0 ? undefined : head)) ?? [];
  const language = info.trim().split(/\s/)[0] ?? '';
  if (head < 0) return { language: goesOn ? undefined : language, text: '' };
  const end = source.trimEnd().length;
  const last = source.lastIndexOf('\n', end - 1);
  const tail = source.slice(last + 1, end).trim();
  const isFence = tail !== '' && tail === mark.charAt(0).repeat(tail.length);
  // While it is written, marks in a line of their own may be a fence that is not complete.
  const fenced = isFence && last >= head && (tail.length >= mark.length || (open && goesOn));
  const body = source.slice(head + 1, fenced ? last + 1 : undefined);
  const text = indent ? body.replace(new RegExp(`^ {1,${indent.length}}`, 'gm'), '') : body;
  // The end of its last line is shown with the next one, if there is one.
  return { language, text: text.replace(/\n$/, '') };
}
