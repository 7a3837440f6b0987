import { fail, notImplemented } from '../errors.js';
import { toRegExp, typeTest } from './operators.js';
import { type Doc, isNumber, isPlain, keyOf, sameValue, toNumber } from './values.js';

type Check = (value: unknown) => boolean;

/** The annotations of JSON Schema, which test nothing. */
const annotations = new Set(['title', 'description']);
const unsupported = new Set([
  'dependencies',
  'patternProperties',
  'multipleOf',
  '$schema',
  '$ref',
  'default',
  'definitions',
  'format',
  'id',
  'encrypt',
  'encryptMetadata',
]);
const jsonTypes: Record<string, string> = { boolean: 'bool', integer: 'int' };

/** `$jsonSchema`, compiled. A keyword we do not have is refused: a validator must never pass by ignorance. */
export function compileSchema(schema: unknown): (document: Doc) => boolean {
  const check = compile(schema);
  return (document) => check(document);
}

function compile(schema: unknown): Check {
  if (!isPlain(schema)) fail('TypeMismatch', '$jsonSchema must be an object');
  const checks: Check[] = [];
  for (const [keyword, argument] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue;
    checks.push(keywordCheck(keyword, argument, schema));
  }
  return (value) => checks.every((check) => check(value));
}

function keywordCheck(keyword: string, argument: unknown, schema: Doc): Check {
  switch (keyword) {
    case 'bsonType':
    case 'type': {
      const names = Array.isArray(argument) ? argument : [argument];
      const tests = names.map((name) =>
        typeTest(keyword === 'type' ? (jsonTypes[String(name)] ?? name) : name),
      );
      return (value) => tests.some((test) => test(value));
    }
    case 'required': {
      const names = strings(keyword, argument);
      return objects((value) => names.every((name) => Object.hasOwn(value, name)));
    }
    case 'properties': {
      const properties = Object.entries(argument as Doc).map(([name, sub]) => [name, compile(sub)] as const);
      return objects((value) =>
        properties.every(([name, check]) => !Object.hasOwn(value, name) || check(value[name])),
      );
    }
    case 'additionalProperties': {
      const known = new Set(Object.keys((schema.properties as Doc | undefined) ?? {}));
      const rest = typeof argument === 'boolean' ? () => argument : compile(argument);
      return objects((value) => Object.keys(value).every((name) => known.has(name) || rest(value[name])));
    }
    case 'enum': {
      if (!Array.isArray(argument)) fail('TypeMismatch', "$jsonSchema keyword 'enum' must be an array");
      const keys = new Set(argument.map(keyOf));
      return (value) => keys.has(keyOf(value));
    }
    case 'minimum':
      return numbers((value) =>
        schema.exclusiveMinimum ? value > toNumber(argument) : value >= toNumber(argument),
      );
    case 'maximum':
      return numbers((value) =>
        schema.exclusiveMaximum ? value < toNumber(argument) : value <= toNumber(argument),
      );
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      if (typeof argument !== 'boolean')
        fail('TypeMismatch', `$jsonSchema keyword '${keyword}' must be a boolean`);
      return () => true;
    case 'minLength':
      return (value) => typeof value !== 'string' || [...value].length >= toNumber(argument);
    case 'maxLength':
      return (value) => typeof value !== 'string' || [...value].length <= toNumber(argument);
    case 'pattern': {
      const pattern = toRegExp(argument, undefined);
      return (value) => typeof value !== 'string' || pattern.test(value);
    }
    case 'items': {
      if (Array.isArray(argument)) notImplemented('$jsonSchema items as an array');
      const check = compile(argument);
      return (value) => !Array.isArray(value) || value.every(check);
    }
    case 'minItems':
      return (value) => !Array.isArray(value) || value.length >= toNumber(argument);
    case 'maxItems':
      return (value) => !Array.isArray(value) || value.length <= toNumber(argument);
    case 'uniqueItems':
      return (value) =>
        !argument ||
        !Array.isArray(value) ||
        value.every((item, i) => !value.slice(i + 1).some((other) => sameValue(item, other)));
    case 'minProperties':
      return objects((value) => Object.keys(value).length >= toNumber(argument));
    case 'maxProperties':
      return objects((value) => Object.keys(value).length <= toNumber(argument));
    case 'allOf':
    case 'anyOf':
    case 'oneOf': {
      const checks = (argument as unknown[]).map(compile);
      return (value) => {
        const passed = checks.filter((check) => check(value)).length;
        return keyword === 'allOf'
          ? passed === checks.length
          : keyword === 'anyOf'
            ? passed > 0
            : passed === 1;
      };
    }
    case 'not': {
      const check = compile(argument);
      return (value) => !check(value);
    }
    default:
      if (unsupported.has(keyword)) notImplemented(`$jsonSchema keyword '${keyword}'`);
      return fail('FailedToParse', `Unknown $jsonSchema keyword: ${keyword}`);
  }
}

function objects(check: (value: Doc) => boolean): Check {
  return (value) => !isPlain(value) || check(value);
}

function numbers(check: (value: number) => boolean): Check {
  return (value) => !isNumber(value) || check(toNumber(value));
}

function strings(keyword: string, argument: unknown): string[] {
  if (!Array.isArray(argument) || !argument.length || argument.some((item) => typeof item !== 'string'))
    fail('TypeMismatch', `$jsonSchema keyword '${keyword}' must be an array of strings`);
  return argument as string[];
}
