/** All functions, operators and constants a calculation can use: each bounded in time, whatever its arguments. */
import { type BigNumber, engine, exact, exactDigits, rough } from './engine.js';

/** Values stay between 1e-1000 and 1e1000. */
const maxExponent = 1000;
/** Beyond this, sine and its like would need more digits of pi than are kept. */
const maxAngle = 1e15;
/** 450! is just below 1e1001. */
const maxCount = 450;
/** Arguments of a function that takes a list. */
const many = 50;

export interface Entry {
  /** How many arguments it takes. */
  min: number;
  max: number;
  /** Takes about a millisecond, so a calculation gets only so many. */
  costly: boolean;
  apply(...values: BigNumber[]): BigNumber;
}

function one(apply: (x: BigNumber) => BigNumber): Entry {
  return { min: 1, max: 1, costly: false, apply: (x) => apply(x!) };
}

function costly(apply: (x: BigNumber) => BigNumber): Entry {
  return { min: 1, max: 1, costly: true, apply: (x) => apply(rough(x!)) };
}

function pair(apply: (x: BigNumber, y: BigNumber) => BigNumber): Entry {
  return { min: 2, max: 2, costly: true, apply: (x, y) => apply(x!, y!) };
}

function list(apply: (values: BigNumber[]) => BigNumber): Entry {
  return { min: 1, max: many, costly: false, apply: (...values) => apply(values) };
}

const mean = list((values) => total(values).div(values.length));
const truncate = one((x) => x.trunc());

/** A map, so that `constructor` and its kin are not found. */
export const functions: ReadonlyMap<string, Entry> = new Map(
  Object.entries({
    abs: one((x) => x.abs()),
    ceil: one((x) => x.ceil()),
    floor: one((x) => x.floor()),
    fix: truncate,
    trunc: truncate,
    sign: one((x) => exact(x.isZero() ? 0 : x.isNegative() ? -1 : 1)),
    round: { ...one((x) => x), max: 2, apply: (x, n) => round(x!, n) },
    sqrt: one((x) => x.sqrt()),
    cbrt: one((x) => x.cbrt()),
    square: one((x) => x.times(x)),
    cube: one((x) => x.times(x).times(x)),
    exp: costly(exponential),
    ln: costly((x) => x.ln()),
    log: { ...costly((x) => x.ln()), max: 2, apply: (x, base) => logarithm(x!, base) },
    log2: costly((x) => x.log(2)),
    log10: costly((x) => x.log(10)),
    sin: costly((x) => settle(angle(x).sin())),
    cos: costly((x) => settle(angle(x).cos())),
    tan: costly((x) => tangent(angle(x))),
    asin: costly((x) => x.asin()),
    acos: costly((x) => x.acos()),
    atan: costly((x) => x.atan()),
    atan2: pair((y, x) => engine().Rough.atan2(y, x)),
    sinh: { ...one((x) => hyperbolic(x).sinh), costly: true },
    cosh: { ...one((x) => hyperbolic(x).cosh), costly: true },
    tanh: { ...one((x) => hyperbolic(x).tanh), costly: true },
    pow: pair(power),
    mod: pair(remainder),
    hypot: list((values) => total(values.map((x) => x.times(x))).sqrt()),
    max: list((values) => engine().Exact.max(...values)),
    min: list((values) => engine().Exact.min(...values)),
    sum: list(total),
    mean,
    average: mean,
    median: list(median),
    gcd: { ...list((values) => values.reduce(divisor)), costly: true },
    lcm: { ...list((values) => values.reduce(multiple)), costly: true },
    factorial: { ...one((n) => product(1, count(n, 'factorial'))), costly: true },
    combinations: pair(combinations),
    permutations: pair(permutations),
  } satisfies Record<string, Entry>),
);

export const operators: ReadonlyMap<string, (x: BigNumber, y: BigNumber) => BigNumber> = new Map([
  ['add', (x, y) => x.plus(y)],
  ['subtract', (x, y) => x.minus(y)],
  ['multiply', (x, y) => x.times(y)],
  ['divide', quotient],
  ['mod', remainder],
  ['pow', power],
]);

const makers = new Map<string, () => BigNumber>([
  ['pi', () => engine().Exact.acos(-1)],
  ['tau', () => engine().Exact.acos(-1).times(2)],
  ['e', () => exact(1).exp()],
  ['phi', () => exact(5).sqrt().plus(1).div(2)],
]);
const made = new Map<string, BigNumber>();

export const constantNames: ReadonlySet<string> = new Set(makers.keys());

export function constant(name: string): BigNumber | null {
  const known = made.get(name) ?? makers.get(name)?.();
  if (known) made.set(name, known);
  return known ?? null;
}

/** Between operations: a value that is finite, real and within bounds. */
export function bounded(value: BigNumber): BigNumber {
  if (value.isNaN()) throw new Error('The result is not a real number.');
  if (!value.isFinite() || value.e > maxExponent) throw tooLarge();
  if (!value.isZero() && value.e < -maxExponent) throw tooSmall();
  return exact(value);
}

export function tooLarge(): Error {
  return new Error('The result is too large to be useful.');
}

export function tooSmall(): Error {
  return new Error('The result is too close to zero to be useful.');
}

function whole(x: BigNumber, max: number, where: string): number {
  if (!x.isInteger() || x.isNegative() || x.gt(max))
    throw new Error(`${where} takes a whole number from 0 to ${max}.`);
  return x.toNumber();
}

function count(x: BigNumber, where: string): number {
  return whole(x, maxCount, where);
}

function round(x: BigNumber, places?: BigNumber): BigNumber {
  return x.toDecimalPlaces(places ? whole(places, 50, 'round') : 0, 4);
}

function exponential(x: BigNumber): BigNumber {
  if (x.abs().gt(3 * maxExponent)) throw x.isNegative() ? tooSmall() : tooLarge();
  return x.exp();
}

function logarithm(x: BigNumber, base?: BigNumber): BigNumber {
  return base ? rough(x).log(rough(base)) : rough(x).ln();
}

function angle(x: BigNumber): BigNumber {
  if (x.abs().gt(maxAngle)) throw new Error('The angle is too large.');
  return x;
}

/** What the rounding of pi leaves of a zero is zero. */
function settle(x: BigNumber): BigNumber {
  return x.abs().lt('1e-27') ? exact(0) : x;
}

function tangent(x: BigNumber): BigNumber {
  if (settle(x.cos()).isZero()) throw new Error('The tangent has no value there.');
  return settle(x.tan());
}

/** By exponentials: the series decimal.js uses for these does not end in a lifetime for large arguments. */
function hyperbolic(x: BigNumber): { sinh: BigNumber; cosh: BigNumber; tanh: BigNumber } {
  if (x.abs().gt(3 * maxExponent)) throw tooLarge();
  if (x.abs().lt('1e-20')) return { sinh: x, cosh: exact(1), tanh: x };
  const [up, down] = [x.exp(), x.neg().exp()];
  const [sinh, cosh] = [up.minus(down).div(2), up.plus(down).div(2)];
  return { sinh: rough(sinh), cosh: rough(cosh), tanh: rough(sinh.div(cosh)) };
}

function total(values: BigNumber[]): BigNumber {
  return values.reduce((sum, value) => sum.plus(value), exact(0));
}

function median(values: BigNumber[]): BigNumber {
  const sorted = [...values].sort((a, b) => a.cmp(b));
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : sorted[middle - 1]!.plus(sorted[middle]!).div(2);
}

function divisor(a: BigNumber, b: BigNumber): BigNumber {
  for (const x of [a, b])
    if (!x.isInteger() || x.abs().gt('1e30')) throw new Error('gcd and lcm take whole numbers up to 1e30.');
  let [x, y] = [a.abs(), b.abs()];
  while (!y.isZero()) [x, y] = [y, x.mod(y)];
  return x;
}

function multiple(a: BigNumber, b: BigNumber): BigNumber {
  const common = divisor(a, b);
  return common.isZero() ? common : a.times(b).abs().div(common);
}

function product(from: number, to: number): BigNumber {
  let result = exact(1);
  for (let i = Math.max(2, from); i <= to; i++) result = result.times(i);
  return result;
}

function permutations(n: BigNumber, k: BigNumber): BigNumber {
  const [all, chosen] = [count(n, 'permutations'), count(k, 'permutations')];
  return chosen > all ? exact(0) : product(all - chosen + 1, all);
}

function combinations(n: BigNumber, k: BigNumber): BigNumber {
  const [all, chosen] = [count(n, 'combinations'), count(k, 'combinations')];
  if (chosen > all) return exact(0);
  const fewer = Math.min(chosen, all - chosen);
  return product(all - fewer + 1, all)
    .div(product(1, fewer))
    .round();
}

function quotient(x: BigNumber, y: BigNumber): BigNumber {
  if (y.isZero()) throw new Error('Division by zero.');
  return x.div(y);
}

function remainder(x: BigNumber, y: BigNumber): BigNumber {
  if (y.isZero()) throw new Error('Division by zero.');
  if (x.e - y.e > exactDigits) throw new Error('The numbers are too far apart for an exact remainder.');
  return x.mod(y);
}

function power(base: BigNumber, exponent: BigNumber): BigNumber {
  if (exponent.isZero() || base.eq(1)) return exact(1);
  if (base.isZero()) return exponent.isNegative() ? quotient(exact(1), base) : base;
  // Its size is told by plain numbers before a digit is computed.
  const mantissa = base.abs().times(`1e${-base.e}`).toNumber();
  const size = exponent.toNumber() * (Math.log10(mantissa) + base.e);
  if (size > maxExponent + 1) throw tooLarge();
  if (size < -maxExponent - 1) throw tooSmall();
  if (exponent.abs().gt(1e15)) throw new Error('The exponent is too large.');
  if (exponent.isInteger() && exponent.abs().lte(4 * maxExponent)) return base.pow(exponent);
  return rough(base).pow(rough(exponent));
}
