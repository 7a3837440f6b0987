/** Reads documents and cuts them. */
import type { ChunkText, Read } from './reading.js';

export function documentReading(): Read {
  return async (bytes, { name }) => {
    const text = new TextDecoder('utf-8').decode(bytes);
    const chunks: ChunkText[] = [];
    let headings: string[] = [];
    let body: string[] = [];
    const end = () => {
      const said = body.join('\n').trim();
      if (said !== '') chunks.push({ text: said, headings: [...headings] });
      body = [];
    };
    for (const line of text.split(/\r?\n/)) {
      const [, level, title] = (/\.(md|markdown)$/i.test(name) && /^(#{1,6}) +(.+)$/.exec(line)) || [];
      if (level !== undefined && title !== undefined) {
        end();
        headings = [...headings.slice(0, level.length - 1), title];
      } else if (line.trim() === '' && body.join('\n').length > 400) end();
      else body.push(line);
    }
    end();
    return { chunks, problems: chunks.length === 0 ? ['It has no words.'] : [] };
  };
}
