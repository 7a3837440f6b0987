/** The package: what extensions may import, and the hub itself for programs that run it. */
export type { Answer, Question } from './asking.js';
export type { ConfigDefinition } from './config-file.js';
export type { CharacterDefinition } from './core/character.js';
export type { ProgramLogger, RunningHub, StartOptions } from './embed.js';
export { startCarrier } from './embed.js';
export * from './extension-api.js';
