/** One command of the terminal that is carried to an operation. */
import type { OperationName, OutputOf } from '../operations/operations.js';
import type { Input } from './carry.js';

export interface Typed<Name extends OperationName = OperationName> {
  operation: Name;
  about: string;
  /** Fields that follow the command, in order. */
  fields?: string[];
  /** Fields as options, by their flags. */
  options?: [flags: string, about: string, usual?: string][];
  /** A value is read from standard input, or typed unseen. */
  secret?: boolean;
  /** Without --yes only what would be done is told. */
  asks?: boolean;
  /** It is what the group's name alone means. */
  isDefault?: boolean;
  /** A line each; strangers' words in them are made harmless afterwards. */
  show(answer: OutputOf<Name>, input: Input): string[];
  /** Whether the answer says that something is wrong. */
  fails?(answer: OutputOf<Name>): boolean;
}

/** Gives it back; it is here for its types. */
export const typed = <Name extends OperationName>(operation: Name, command: Omit<Typed<Name>, 'operation'>) =>
  ({ operation, ...command }) as unknown as Typed;

/** Commands that share their first word. */
export interface Group {
  about: string;
  commands: Record<string, Typed>;
}

/** One line of a list. */
export function row(...cells: string[]): string {
  return cells.filter(Boolean).join('  ');
}
