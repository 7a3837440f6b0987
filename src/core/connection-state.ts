/** How the connection to a platform is, and was. */
export interface ConnectionState {
  /** `ok…`, or what is wrong. */
  health: string;
  /** Another process of the hub holds it. */
  standsBy: boolean;
  /** Since when it is as it is: well, or not. Unix ms. */
  since: number;
  /** What was last wrong with it, also where it is well again. */
  lastError: { message: string; at: number } | null;
}
