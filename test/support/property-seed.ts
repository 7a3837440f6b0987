/**
 * Property tests try the same cases every time, so that a change is judged by what it changed. FAST_CHECK_SEED tries
 * others: `FAST_CHECK_SEED=$RANDOM npx vitest run test/markdown`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_261_122) });
