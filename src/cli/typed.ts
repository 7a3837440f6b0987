/** One command of the terminal that is carried to an operation. */

import type { Config } from '../config.js';
import type { OperationName, OutputOf } from '../operations/operations.js';
import type { Input } from './carry.js';
import type { Row } from './cells.js';

/** What a command that does more than carry one request is given. */
export interface Own {
  config: Config;
  args: string[];
  options: Record<string, unknown>;
  /** Where the hub listens, as it was typed. */
  url?: string | undefined;
}

export interface Typed<Name extends OperationName = OperationName> {
  operation: Name;
  about: string;
  /** Fields that follow the command, in order. */
  fields?: string[];
  /** Fields as options, by their flags. */
  options?: [flags: string, about: string, usual?: string][];
  /** Fields that are always so. */
  fixed?: Input;
  /** The input, made of what was typed; absent: it is what was typed. */
  input?(typed: Input): Input;
  /** Carries more than one request, and prints what comes of them. */
  run?(said: Own): Promise<void>;
  /** A value is read from standard input, or typed unseen. */
  secret?: boolean;
  /** Without --yes only what would be done is told. */
  asks?: boolean;
  /** Whether there is nothing that --yes could do. */
  idle?(answer: OutputOf<Name>): boolean;
  /** All pages are asked for; only the lines are printed, each as it is given. */
  whole?: boolean;
  /** It is what the group's name alone means. */
  isDefault?: boolean;
  /** A line each, rows of tables as `cells`; strangers' words in them are made harmless afterwards. */
  show(answer: OutputOf<Name>, input: Input): (string | Row)[];
  /** Whether the answer says that something is wrong. */
  fails?(answer: OutputOf<Name>): boolean;
}

export interface CommandGroup {
  about: string;
  /** By their verbs. */
  commands: Record<string, Typed>;
}

export const paged: Typed['options'] & {} = [
  ['--limit <number>', 'most lines, up to 200'],
  ['--cursor <cursor>', 'goes on where an earlier answer ended'],
];

/** Gives it back; it is here for its types. */
export const typed = <Name extends OperationName>(operation: Name, command: Omit<Typed<Name>, 'operation'>) =>
  ({ operation, ...command }) as unknown as Typed;
