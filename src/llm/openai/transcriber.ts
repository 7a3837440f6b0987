/** Words of recordings, by OpenAI's transcription protocol (POST /audio/transcriptions). */
import { failureOf, type Transcriber } from '../../extension-api.js';
import { type OpenAIOptions, openaiConnection } from './client.js';

/** What the protocol goes by is the name's ending. */
const endings: Record<string, string> = {
  ...{
    'audio/mpeg': 'mp3',
    'audio/mp4': 'm4a',
    'audio/x-m4a': 'm4a',
    'audio/aac': 'm4a',
    'audio/wav': 'wav',
  },
  ...{ 'audio/x-wav': 'wav', 'audio/vnd.wave': 'wav', 'audio/ogg': 'ogg', 'audio/opus': 'ogg' },
  ...{ 'audio/flac': 'flac', 'audio/x-flac': 'flac', 'audio/webm': 'webm', 'video/webm': 'webm' },
  ...{ 'video/mp4': 'mp4', 'video/quicktime': 'mp4', 'audio/amr': 'amr' },
};

export function openaiTranscriber(options: OpenAIOptions): Transcriber {
  const { service, client } = openaiConnection(options);
  return {
    id: options.id ?? `openai:${options.model}`,
    async transcribe({ bytes, mediaType }, signal) {
      const type = mediaType.split(';')[0]!.trim();
      const file = new File([Uint8Array.from(bytes)], `recording.${endings[type] ?? 'ogg'}`, { type });
      try {
        const openai = await client();
        const { text } = await openai.audio.transcriptions.create({ file, model: options.model }, { signal });
        return String(text ?? '');
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(service, error);
      }
    },
  };
}
