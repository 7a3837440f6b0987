/** The package: what extensions may import, and the hub itself for programs that run it. */
export * from './extension-api.js';
