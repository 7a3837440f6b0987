/** By itself: commands that only ask a running hub load nothing else of it. */

export { leftBehind, removeLeftBehind } from './store/libsql/left-behind.js';
/** The hub that holds a data folder now; null when none does. */
export {
  type Hub as RunningHub,
  noteSettings,
  readHub as runningHub,
  type SettingMarks,
} from './store/libsql/lock.js';
