/** Runs in a thread: an agent's patterns are somebody's, and some take for ever on a text that is made for them. */
import { patternFlags } from '../core/evaluation-settings.js';

/** Whether each pattern is found in one of the texts. */
export function found(patterns: readonly string[], texts: readonly string[]): boolean[] {
  return patterns.map((pattern) => {
    const search = new RegExp(pattern, patternFlags);
    return texts.some((text) => search.test(text));
  });
}
