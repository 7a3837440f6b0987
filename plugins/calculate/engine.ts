/** mathjs, loaded when first needed, as a parser, a table of units and a class of long numbers. */
import { createRequire } from 'node:module';
import type { BigNumber, MathJsInstance } from 'mathjs';

export type { BigNumber };

/** Enough for exact integers of 60 digits, and to round the noise away from the 15 that are shown. */
export const exactDigits = 64;
/** For what cannot be exact anyway; ten times faster. */
const roughDigits = 30;

/** What of the class is used; mathjs exports only the type of its instances. */
interface BigNumberClass {
  new (value: BigNumber | number | string): BigNumber;
  clone(settings: { precision: number; modulo?: number }): BigNumberClass;
  acos(x: number): BigNumber;
  atan2(y: BigNumber, x: BigNumber): BigNumber;
  max(...values: BigNumber[]): BigNumber;
  min(...values: BigNumber[]): BigNumber;
}

interface Engine {
  /** Parses; literals become long numbers. */
  parser: Bundle;
  /** Units convert with plain numbers. */
  units: Bundle;
  Exact: BigNumberClass;
  Rough: BigNumberClass;
}

/** The single-file build, typed as it is rather than as the module build. */
type Bundle = Omit<MathJsInstance, 'create' | 'BigNumber'> & {
  BigNumber: BigNumberClass;
  create(settings: { number: 'BigNumber'; precision: number }): Bundle;
};

let loaded: Engine | undefined;

/** The single-file build: it loads in 0.2 s, the module build's thousand files in 1.2 s. */
export function engine(): Engine {
  if (loaded) return loaded;
  const units = createRequire(import.meta.url)('mathjs/lib/browser/math.js') as Bundle;
  const parser = units.create({ number: 'BigNumber', precision: exactDigits });
  const Base = parser.BigNumber;
  loaded = {
    parser,
    units,
    // Modulo 3: the remainder's sign follows the divisor, as in mathjs and in schoolbooks.
    Exact: Base.clone({ precision: exactDigits, modulo: 3 }),
    Rough: Base.clone({ precision: roughDigits }),
  };
  return loaded;
}

export function exact(value: BigNumber | number | string): BigNumber {
  return new (engine().Exact)(value);
}

export function rough(value: BigNumber): BigNumber {
  return new (engine().Rough)(value);
}
