import { z } from 'zod';
import type { ModelAbilities } from '../../extension-api.js';

/** Said of the model where none is named: servers do not tell what a model can do. */
export const abilitySettings = {
  sees: z.boolean().optional(),
  hears: z.boolean().optional(),
  tools: z.boolean().optional(),
  contextTokens: z.number().int().min(256).optional(),
};

interface Said {
  settings: { model: string } & Partial<Omit<ModelAbilities, 'price'>>;
  model: string;
}

/** What the settings say of the model that is asked for. */
export function saidOf({ settings, model }: Said): Partial<ModelAbilities> {
  if (model && model !== settings.model) return {};
  const { sees, hears, tools, contextTokens } = settings;
  return Object.fromEntries(
    Object.entries({ sees, hears, tools, contextTokens }).filter(([, value]) => value !== undefined),
  );
}
