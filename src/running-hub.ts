/** By itself: commands that only ask a running hub load nothing else of it. */

/** The hub that holds a data folder now; null when none does. */
export { readHub as runningHub } from './store/libsql/lock.js';
