/**
 * Arithmetic that cannot be made slow. mathjs only parses; the tree is walked here, so nothing runs that is
 * not in `functions.ts`: no assignment, string, matrix, range, property or function of mathjs's own is within
 * reach, and those its security page tells to disable (`import`, `createUnit`, `evaluate`, `parse`,
 * `simplify`, `derivative`, `resolve`, `reviver`) are not there to be called.
 *
 * Every step is bounded: the text's length, its nesting, the number of nodes and of costly functions, and the
 * size of each intermediate value. That is why no worker thread and no time limit is needed.
 */
import type { FunctionNode, MathNode, OperatorNode, Unit } from 'mathjs';
import { type BigNumber, engine, exact } from './engine.js';
import { bounded, constant, constantNames, functions, operators, tooLarge, tooSmall } from './functions.js';

export const maxExpressionLength = 500;
const maxNesting = 24;
const maxNodes = 250;
const maxCostly = 40;
const shownDigits = 15;

type Value = BigNumber | Unit;

/** What is left to spend. */
interface Budget {
  nodes: number;
  costly: number;
}

/**
 * The value as text, and whether digits were rounded away.
 * @throws Error whose message says what is wrong with the expression.
 */
export function calculate(expression: string): { value: string; rounded: boolean } {
  check(expression);
  const value = evaluate(parse(expression), { nodes: maxNodes, costly: maxCostly }, 0);
  return isUnit(value) ? showUnit(value) : showNumber(value);
}

/** Before mathjs sees it: only arithmetic's characters, and not too deep. */
function check(expression: string): void {
  if (expression.trim() === '') throw new Error('The expression is empty.');
  if (expression.length > maxExpressionLength)
    throw new Error(`The expression is longer than ${maxExpressionLength} characters.`);
  const stray = /[^\dA-Za-z .+\-*/^%!(),]/u.exec(expression);
  if (stray) throw new Error(`${JSON.stringify(stray[0])} has no place in a calculation.`);
  let depth = 0;
  for (const character of expression) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth > maxNesting) throw new Error(`More than ${maxNesting} parentheses stand inside one another.`);
  }
}

function parse(expression: string): MathNode {
  try {
    return engine().parser.parse(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 120) : 'it is no expression';
    throw new Error(`The calculation cannot be read: ${reason}.`);
  }
}

function evaluate(node: MathNode, budget: Budget, depth: number): Value {
  if (--budget.nodes < 0) throw new Error(`More than ${maxNodes} numbers and operators are too many.`);
  const inner = (child: MathNode) => evaluate(child, budget, depth + 1);
  switch (node.type) {
    case 'ConstantNode':
      return literal((node as unknown as { value: unknown }).value);
    case 'ParenthesisNode':
      return inner((node as unknown as { content: MathNode }).content);
    case 'SymbolNode':
      return named((node as unknown as { name: string }).name);
    case 'OperatorNode': {
      const { fn, args } = node as OperatorNode;
      if (fn === 'pow' || fn === 'factorial') spend(budget);
      return operate(fn, args.map(inner));
    }
    case 'FunctionNode':
      return call(node as FunctionNode, budget, inner);
    default:
      throw new Error('Only numbers, units, operators and functions can be calculated.');
  }
}

function spend(budget: Budget): void {
  if (--budget.costly < 0) throw new Error(`More than ${maxCostly} functions and powers are too many.`);
}

function literal(value: unknown): BigNumber {
  // The 100 that the parser itself puts in for a per cent sign is a plain number.
  if (typeof value === 'number') return fromPlain(value);
  if (!engine().parser.isBigNumber(value)) throw new Error(`${String(value)} is not a number.`);
  return bounded(value);
}

function named(name: string): Value {
  const number = constant(name);
  if (number) return number;
  const { units } = engine();
  if (units.Unit.isValuelessUnit(name)) return units.unit(name);
  throw new Error(
    `"${name}" is neither a unit that is known nor one of the constants ${[...constantNames].join(', ')}.`,
  );
}

function call(node: FunctionNode, budget: Budget, inner: (child: MathNode) => Value): BigNumber {
  const { name = '' } = node.fn as { name?: string };
  const entry = functions.get(name);
  if (!entry)
    throw new Error(`There is no function "${name}". There are ${[...functions.keys()].join(', ')}.`);
  if (node.args.length < entry.min || node.args.length > entry.max)
    throw new Error(`${name} does not take ${node.args.length} arguments.`);
  if (entry.costly) spend(budget);
  const values = node.args.map(inner).map((value) => (isUnit(value) ? inRadians(value, name) : value));
  return bounded(entry.apply(...values));
}

function inRadians(value: Unit, name: string): BigNumber {
  if (!/^(?:sin|cos|tan)$/.test(name) || !value.equalBase(engine().units.unit('rad')))
    throw new Error(`${name} takes plain numbers.`);
  // Units hold doubles; 30 degrees come back as 29.999999999999996.
  const degrees = Number(value.toNumber('deg').toPrecision(14));
  return bounded(fromPlain(degrees).times(constant('pi')!).div(180));
}

function operate(operator: string, values: Value[]): Value {
  if (values.some(isUnit)) return operateOnUnits(operator, values);
  const [x, y] = values as BigNumber[];
  if (operator === 'unaryMinus') return x!.neg();
  if (operator === 'unaryPlus') return x!;
  if (operator === 'factorial') return bounded(functions.get('factorial')!.apply(x!));
  const apply = operators.get(operator);
  if (!apply || values.length !== 2)
    throw new Error('Only + - * / ^ % ! and conversions with "to" can be calculated.');
  return bounded(apply(x!, y!));
}

function operateOnUnits(operator: string, values: Value[]): Value {
  const { units } = engine();
  const [x, y] = values.map((value) => (isUnit(value) ? value : toPlain(value))) as [Unit, Unit];
  switch (operator) {
    case 'unaryMinus':
      return measured(() => units.unaryMinus(x));
    case 'unaryPlus':
      return x;
    case 'add':
      return measured(() => units.add(x, y));
    case 'subtract':
      return measured(() => units.subtract(x, y));
    case 'multiply':
      return measured(() => units.multiply(x, y));
    case 'divide':
      return measured(() => units.divide(x, y));
    case 'pow':
      if (typeof y !== 'number' || Math.abs(y) > 6) throw new Error('A power of a unit goes from -6 to 6.');
      return measured(() => units.pow(x, y));
    case 'to':
      return measured(() => units.to(x, y));
    default:
      throw new Error('That cannot be done with units.');
  }
}

/** mathjs explains units that do not match in terms of its own functions; people are told more simply. */
function measured(operation: () => unknown): Value {
  let value: unknown;
  try {
    value = operation();
  } catch {
    throw new Error('The units do not go together.');
  }
  if (typeof value === 'number') return fromPlain(value);
  if (!engine().units.isUnit(value)) throw new Error('The units do not go together.');
  return value;
}

function toPlain(value: BigNumber): number {
  const number = value.toNumber();
  if (number === 0 && !value.isZero()) throw tooSmall();
  return number;
}

function fromPlain(value: number): BigNumber {
  return bounded(exact(value));
}

function isUnit(value: Value): value is Unit {
  return engine().units.isUnit(value);
}

function showUnit(value: Unit): { value: string; rounded: boolean } {
  const text = value.format({ precision: shownDigits });
  if (/NaN|Infinity/.test(text)) throw tooLarge();
  const written = text.replace(/ ?([/^]) ?/g, '$1').replace(/\bdeg([CF])\b/g, '°$1');
  return { value: written, rounded: text.replace('.', '').search(/\d{14}/) >= 0 };
}

function showNumber(value: BigNumber): { value: string; rounded: boolean } {
  if (value.isInteger() && value.e < 40) return { value: value.toFixed(0), rounded: false };
  const short = value.toSignificantDigits(shownDigits);
  // A difference this far out is the noise of computing, not a digit that was left off.
  const noise = value.isInteger() ? 0 : value.abs().times('1e-27');
  const rounded = value.minus(short).abs().gt(noise);
  const plain = short.e < 21 && short.e > -8;
  return { value: plain ? short.toFixed() : short.toExponential(), rounded };
}
