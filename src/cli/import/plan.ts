/** What an import would bring, before anything is written. */
import type { CharacterDefinition } from '../../core/character.js';

/** Something of the source that is not taken over, or not as it stands there. */
export interface Remark {
  /** Where it stands in the source: `settings.voice`, `messageExamples[3]`. */
  path: string;
  why: string;
}

/** A document that an agent will answer from. */
export interface Document {
  /** Below the agent's own folder of documents, with `/`. */
  name: string;
  content: { text: string } | { file: string };
}

export interface ImportedAgent {
  id: string;
  /** Where it was read. */
  from: string;
  character: CharacterDefinition;
  documents: Document[];
  /** Below the agent's own folder of skills. */
  skills?: Document[];
  /** Values for `.env`, by name. They stand nowhere else. */
  secrets: Record<string, string>;
  /** What somebody has to do by hand. */
  steps: string[];
  remarks: Remark[];
}
