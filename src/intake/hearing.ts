import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import type { InboundMessage } from '../core/inbound.js';
import type { Attachment } from '../core/memory.js';
import type { Part } from '../core/part.js';
import type { Transcriber } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { FileStore } from '../store/file-store.js';

export interface HearingParts {
  files: Pick<FileStore, 'get'>;
  agent(agentId: string): Agent;
  /** Null: none of the agent's services hears. */
  transcriber(agent: Agent): Promise<Transcriber | null>;
  log: Logger;
}

/** Services take 25 MB; longer recordings than a few minutes take them longer than people wait. */
const maxBytes = 25 * 1024 * 1024;
const mostRecordings = 4;
const timeoutMs = 60_000;

/** Turns the recordings of a message into words, which stay with it: it is heard once. */
export class Hearing {
  readonly #parts: HearingParts;

  constructor(parts: HearingParts) {
    this.#parts = parts;
  }

  /** The message with what its recordings say, or with a note that they cannot be heard. Never fails. */
  async heard(message: InboundMessage): Promise<InboundMessage> {
    const recordings = (message.attachments ?? []).filter(isRecording);
    if (recordings.length === 0) return message;
    const heard = recordings.map((recording, index) =>
      index < mostRecordings
        ? this.#hear(message, recording)
        : unheard(recording, 'there are too many at once'),
    );
    return { ...message, parts: [...(message.parts ?? []), ...(await Promise.all(heard))] };
  }

  async #hear({ agentId }: InboundMessage, recording: Attachment): Promise<Part> {
    const { files, agent, transcriber, log } = this.#parts;
    const { name, mediaType, size, file } = recording;
    if (size > maxBytes) return unheard(recording, 'it is too long');
    try {
      const hears = await transcriber(agent(agentId));
      if (!hears) return unheard(recording);
      const bytes = await files.get(file);
      if (!bytes) return unheard(recording, 'it is not kept any more');
      const text = await within(timeoutMs, (signal) => hears.transcribe({ name, mediaType, bytes }, signal));
      return text.trim()
        ? { kind: 'voice', text: text.trim() }
        : unheard(recording, 'there are no words in it');
    } catch (err) {
      log.warn({ err, agentId }, 'a recording could not be heard');
      return unheard(recording);
    }
  }
}

function isRecording({ mediaType, name }: Attachment): boolean {
  if (mediaType.startsWith('audio/')) return true;
  // Some platforms keep spoken messages as films.
  return mediaType.startsWith('video/') && /^(audio|voice|video[_-]?note)/i.test(name);
}

function unheard({ name, mediaType }: Attachment, why?: string): Part {
  const text = `The recording ${JSON.stringify(name)} (${mediaType}) cannot be heard here${why ? `: ${why}` : ''}.`;
  return { kind: 'note', text };
}
