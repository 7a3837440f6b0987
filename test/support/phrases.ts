import { z } from 'zod';
import type { Action } from '../../src/index.js';
import { wishesIn } from '../../src/llm/phrases.js';

/** The parameters that a text asks an action with, by its phrases; null: it does not ask for it. */
export function askedOf(action: Action, text: string): unknown {
  const { name, description, phrases } = action;
  const parameters = z.toJSONSchema(action.parameters, { io: 'input' });
  const [wish] = wishesIn([{ name, description, phrases, parameters }], text);
  return wish ? JSON.parse(wish.arguments) : null;
}
