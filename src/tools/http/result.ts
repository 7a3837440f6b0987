/** What a call of an HTTP tool gave, as the model reads it. */
import type { ToolResult } from '../../core/tool-result.js';
import { redactValues } from '../../redaction.js';
import type { HttpTool } from './definition.js';
import type { HttpAnswer } from './exchange.js';

/** What is read as text; everything else is a file. */
const readable =
  /^(text\/.*|application\/(.*\+)?(json|xml|yaml|x-ndjson|x-www-form-urlencoded|javascript|problem\+json))$/;
/** By these a gateway says that it does not know what became of the request. */
const lost = [502, 504];

export function resultOf({ hints, name }: HttpTool, answer: HttpAnswer, repeatable: boolean): ToolResult {
  const { status, statusText, mediaType, bytes, cut } = answer;
  const outside = hints.openWorld !== false && ({ outside: true } as const);
  const isText = mediaType === '' || readable.test(mediaType);
  const failed = (status < 200 || status >= 300) && ({ failed: true } as const);
  const unknown = lost.includes(status) && !repeatable && ({ unknown: true } as const);
  const said = isText ? words(answer) : '';
  if (failed) {
    const line = `The server answered ${status} ${statusText}`.trim();
    const after = unknown
      ? ' Nobody knows whether it took effect: say so, and do not repeat it unasked.'
      : '';
    return { text: clean(`${line}.${after}${said && `\n${said}`}`), ...failed, ...unknown, ...outside };
  }
  if (isText)
    return { text: clean(said || `Done: the server answered ${status} with nothing more.`), ...outside };
  if (cut)
    return {
      text: `The server answered with a file (${mediaType}) that is too large.`,
      ...{ failed: true },
      ...outside,
    };
  const file = { name: fileName(answer, name), mediaType, bytes };
  return {
    text: `The server answered with a file: ${file.name} (${mediaType}, ${bytes.length} bytes).`,
    files: [file],
    ...outside,
  };
}

/** Servers repeat what they were sent. */
function clean(text: string): string {
  return redactValues(text);
}

function words({ bytes, charset, cut }: HttpAnswer): string {
  let decoder = new TextDecoder();
  try {
    decoder = new TextDecoder(charset);
  } catch {
    // A charset that nobody knows is read as the usual one.
  }
  const text = decoder.decode(bytes);
  return cut ? `${text}\n[cut: there is more than ${bytes.length} bytes]` : text;
}

function fileName({ fileName, mediaType }: HttpAnswer, tool: string): string {
  const said = fileName
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^[. ]+/, '')
    .slice(0, 100);
  return (
    said ||
    `${tool}.${
      mediaType
        .split('/')[1]
        ?.replace(/[^a-z0-9]/g, '')
        .slice(0, 10) || 'bin'
    }`
  );
}
