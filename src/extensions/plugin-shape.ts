/** Checks that what a module exports is a plugin, before anything calls it, and names what is wrong with it. */
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { problemOfPhrase } from '../llm/phrases.js';
import type { PluginExtension, PluginParts } from '../plugin/plugin.js';
import { definePlugin } from '../plugin/plugin.js';
import { sentence } from '../problems.js';
import { extensionBrand } from './extension.js';
import { aFunction, looksDefined, problemOfDefinition, type ShapeProblem, unknownKey } from './shape.js';

const aName = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters');
const aList = 'must be a list';

const PhraseShape = z.union(
  [z.string(), z.object({ say: z.string(), where: z.record(z.string(), z.string()) })],
  'must be a text, or an object of "say" and "where"',
);

const ActionShape = z.object({
  name: z
    .string('must be a text')
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-": what language models take'),
  description: z
    .string('must be a text that tells the model when to use the action')
    .trim()
    .min(1, 'must tell the model when to use the action'),
  parameters: z.unknown().superRefine((schema, context) => {
    const problem = problemOfSchema(schema);
    if (problem) context.addIssue(problem);
  }),
  timeoutMs: z
    .number('must be a number of milliseconds')
    .int('must be whole milliseconds')
    .min(1, 'must be at least 1 ms')
    .max(3_600_000, 'must be at most an hour (3600000)')
    .optional(),
  phrases: z.array(PhraseShape, aList).optional(),
  needsApproval: z.union([z.boolean(), aFunction], 'must be true, false or a function').optional(),
  boundTo: aFunction.optional(),
  repeatable: z.boolean('must be true or false').optional(),
  hints: z
    .object(
      Object.fromEntries(
        ['readOnly', 'destructive', 'idempotent', 'openWorld'].map((name) => [
          name,
          z.boolean('must be true or false').optional(),
        ]),
      ),
      'must be an object of readOnly, destructive, idempotent and openWorld',
    )
    .optional(),
  run: aFunction,
});

const ContextProviderShape = z.object({ name: aName, provide: aFunction });
const EvaluatorShape = z.object({ name: aName, judge: aFunction.optional(), learn: aFunction.optional() });
const RuleShape = z.object({ name: aName, judge: aFunction });
const CommandShape = z.object({
  name: z.string('must be a text').regex(/^[a-z]{1,32}$/, 'must be 1 to 32 letters a-z, without the slash'),
  about: z.string('must be a text for /help').trim().min(1, 'must say what it does, for /help'),
  operatorsOnly: z.boolean('must be true or false').optional(),
  run: aFunction,
});
const hooks = (...names: string[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, aFunction.optional()])), 'must be an object');
const TransformsShape = hooks('inbound', 'outbound');
const EventsShape = hooks('turn', 'message', 'delivery', 'agent');
const RoutesShape = z.object(
  { access: z.enum(['token', 'own'], 'must be "token" or "own"').optional(), handler: aFunction },
  'must be an object with a handler',
);

const PartsShape = z.object(
  {
    open: aFunction.optional(),
    close: aFunction.optional(),
    actions: z.array(ActionShape, aList).optional(),
    contextProviders: z.array(ContextProviderShape, aList).optional(),
    evaluators: z.array(EvaluatorShape, aList).optional(),
    transforms: TransformsShape.optional(),
    rules: z.array(RuleShape, aList).optional(),
    events: EventsShape.optional(),
    commands: z.array(CommandShape, aList).optional(),
    routes: RoutesShape.optional(),
  },
  'must be an object with what the plugin has: actions, contextProviders and the like',
);
/** What each of the parts may have. */
const inner: Record<string, z.ZodObject> = {
  actions: ActionShape,
  contextProviders: ContextProviderShape,
  evaluators: EvaluatorShape,
  transforms: TransformsShape,
  rules: RuleShape,
  events: EventsShape,
  commands: CommandShape,
  routes: RoutesShape,
};
const partNames = Object.keys(PartsShape.shape);

/** By its methods and not by its class: a plugin may bring its own copy of zod. */
function problemOfSchema(schema: unknown): string | null {
  const zodLike = schema as { safeParse?: unknown; _zod?: unknown } | null | undefined;
  if (typeof zodLike?.safeParse !== 'function')
    return 'must be a zod schema, e.g. z.object({ city: z.string() })';
  if (!zodLike._zod) return 'must be a schema of zod 4; this one is older';
  try {
    const described = z.toJSONSchema(schema as z.ZodType, { io: 'input' });
    return described.type === 'object' ? null : 'must be a z.object: models give arguments by name';
  } catch (error) {
    return `cannot be described to a model as JSON Schema: ${(error as Error).message}`;
  }
}

/**
 * What a module exports, as a definition; a plugin without settings is exported as it is.
 * @param name what it is called where it is named.
 * @throws FatalError `plugin_invalid` naming the field at fault and what it should be.
 */
export function pluginDefinition(name: string, exported: unknown): PluginExtension {
  if (typeof exported !== 'object' || exported === null)
    throw invalid(
      name,
      'is not a plugin: default must be the module’s default export, made by definePlugin, or an object with a name and what the plugin has',
      'default',
    );
  if (extensionBrand in exported) return definitionIn(name, exported);
  if (looksDefined(exported))
    throw invalid(
      name,
      'is not a plugin: what has settings and "create" must be made by definePlugin',
      'default',
    );
  const { name: own } = exported as { name?: unknown };
  const named = aName.safeParse(own);
  if (!named.success) throw invalid(name, `is not a plugin: name ${named.error.issues[0]!.message}`, 'name');
  checkParts(name, exported, ['name']);
  return definePlugin({ name: named.data, create: () => exported as PluginParts });
}

function definitionIn(name: string, definition: object): PluginExtension {
  const { kind } = definition as Partial<PluginExtension>;
  if (kind !== 'plugin') throw invalid(name, `is a ${kind}, and no plugin`, 'kind');
  const wrong = problemOfDefinition(definition);
  if (wrong) throw invalid(name, `is not a plugin: ${wrong.field} ${wrong.problem}`, wrong.field);
  return definition as PluginExtension;
}

/**
 * Whether what a plugin's `create` gave can be used. It is not copied: its methods may need their `this`.
 * @throws FatalError `plugin_invalid`
 */
export function checkParts(name: string, parts: unknown, besides: string[] = []): void {
  const refuse = (field: string, problem: string) =>
    invalid(name, `is not a plugin: ${field} ${problem}`, field);
  const parsed = PartsShape.safeParse(parts);
  const unknown = unknownIn(parts, besides);
  if (unknown) throw refuse(unknown.field, unknown.problem);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw refuse(z.core.toDotPath(issue.path) || 'default', issue.message);
  }
  const { actions = [] } = parsed.data;
  for (const [at, { phrases = [], parameters }] of actions.entries())
    for (const [index, phrase] of phrases.entries()) {
      const problem = problemOfPhrase(phrase, z.toJSONSchema(parameters as z.ZodType, { io: 'input' }));
      if (problem) throw refuse(`actions[${at}].phrases[${index}]`, problem);
    }
  const names = actions.map((action) => action.name);
  const twice = names.findIndex((action, i) => names.indexOf(action) !== i);
  if (twice >= 0)
    throw invalid(name, `has two actions named "${names[twice]}"; rename one`, `actions[${twice}].name`);
  if (!Object.keys(inner).some((part) => hasAny(parsed.data[part as keyof typeof parsed.data])))
    throw invalid(name, `brings nothing: it needs ${Object.keys(inner).join(', ')}`, 'actions');
}

function hasAny(part: unknown): boolean {
  if (Array.isArray(part)) return part.length > 0;
  return (
    typeof part === 'object' && part !== null && Object.values(part).some((value) => value !== undefined)
  );
}

/** The first key anywhere in the parts that has no meaning there. */
function unknownIn(parts: unknown, besides: string[]): ShapeProblem | undefined {
  if (typeof parts !== 'object' || parts === null) return undefined;
  const outer = unknownKey(parts, [...partNames, ...besides]);
  if (outer) return outer;
  for (const [part, shape] of Object.entries(inner)) {
    const value = (parts as Record<string, unknown>)[part];
    const known = Object.keys(shape.shape);
    for (const [index, one] of (Array.isArray(value) ? value : [value]).entries()) {
      const found = unknownKey(one, known, Array.isArray(value) ? `${part}[${index}].` : `${part}.`);
      if (found) return found;
    }
  }
  return undefined;
}

/** @param problem half a sentence that follows the plugin's name. */
export function invalid(name: string, problem: string, field?: string, cause?: unknown): FatalError {
  return new FatalError('plugin_invalid', sentence(`The plugin "${name}" ${problem}`), { field, cause });
}
