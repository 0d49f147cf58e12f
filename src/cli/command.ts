import type { ParseArgsConfig } from 'node:util';
import type { Settings } from '#src/config/settings.ts';
import type { Logger } from '#src/log.ts';

/** 0 done, 1 failed, 2 wrong words, 3 verify found differences. */
export const exitCodes = { done: 0, failed: 1, usage: 2, differences: 3 } as const;

export type Values = Record<string, string | boolean | undefined>;

export interface Command {
  /** As typed, for instance `admin reset-password`. */
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** The one word that comes after the name, for instance ID; it takes none when absent. */
  readonly word?: string;
  run(call: Call): Promise<number>;
}

export interface Call {
  readonly values: Values;
  /** Empty for commands that take none. */
  readonly word: string;
  readonly settings: Settings;
  readonly warnings: readonly string[];
  readonly log: Logger;
}

/** Wrong words on the command line; the message says which and what is right. */
export class UsageError extends Error {}
