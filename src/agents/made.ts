/** What the `create` of extensions made, checked before the hub uses it. It is not copied: its methods may need their `this`. */
import { z } from 'zod';
import type { Connector } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import { aFunction } from '../extensions/shape.js';
import type { Embedder, LanguageModel } from '../llm/llm.js';
import { problemsOf } from '../problems.js';
import type { ToolSource } from '../tools/tool-source.js';
import type { TurnTaker } from './agent-type.js';

const filledText = z.string().min(1);
const ConnectorShape = z.object({
  start: aFunction,
  stop: aFunction,
  connection: z.object({ id: filledText, open: aFunction, close: aFunction, health: aFunction }).nullish(),
  diagnose: aFunction.optional(),
  deliver: aFunction.optional(),
  routes: z
    .object({ access: z.enum(['token', 'own']), authorises: z.literal(true).optional(), handler: aFunction })
    .nullish(),
});
const ModelShape = z.object({
  id: filledText,
  abilities: z.object({ sees: z.boolean(), hears: z.boolean(), tools: z.boolean() }),
  stream: aFunction,
});
const EmbedderShape = z.object({
  id: filledText,
  dimensions: z.number().int().min(0),
  languages: z.array(z.string().min(1)).readonly().optional(),
  embed: aFunction,
  wake: aFunction.optional(),
  close: aFunction,
});
const ToolSourceShape = z.object({
  tools: aFunction,
  call: aFunction,
  findings: aFunction,
  state: aFunction.optional(),
  close: aFunction,
});
const TurnTakerShape = z.object({ answer: aFunction });

/** @param agentId whose face it must be; undefined: it serves all. @throws FatalError `config_invalid` */
export function madeConnector<C extends Connector>(extension: string, made: C, agentId?: string): C {
  const shape = ConnectorShape.extend({
    name: z.literal(extension),
    agentId:
      agentId === undefined
        ? z.undefined('must be left out: it serves all agents').optional()
        : z.literal(agentId),
  });
  return checked(shape, 'connector', extension, made);
}

/** @throws FatalError `config_invalid` */
export function madeModel<M extends LanguageModel>(provider: string, made: M): M {
  return checked(ModelShape, 'model', provider, made);
}

/** @throws FatalError `config_invalid` */
export function madeEmbedder<E extends Embedder>(extension: string, made: E): E {
  return checked(EmbedderShape, 'embedder', extension, made);
}

/** @throws FatalError `config_invalid` */
export function madeTurnTaker<T extends TurnTaker>(type: string, made: T): T {
  return checked(TurnTakerShape, 'agent type', type, made);
}

/** @throws FatalError `config_invalid` */
export function madeToolSource<S extends ToolSource>(type: string, made: S): S {
  return checked(ToolSourceShape, 'tool source', type, made);
}

function checked<T>(shape: z.ZodObject, what: string, extension: string, made: T): T {
  const { error } = shape.safeParse(made, { reportInput: true });
  if (!error) return made;
  const { field, message } = problemsOf(error, shape)[0]!;
  const said = field ? `${field} ${message}` : `it ${message}`;
  throw new FatalError(
    'config_invalid',
    `The extension "${extension}" made no usable ${what}: ${said}. Its "create" must be mended.`,
  );
}
