/** What a tool is said to do, and what it gives. */

/** What a tool's source says of it. What it leaves out counts as the worst. */
export interface ToolHints {
  /** It changes nothing. */
  readOnly?: boolean;
  /** What it changes may be lost. */
  destructive?: boolean;
  /** Called twice with the same arguments, it has the effect of one call. */
  idempotent?: boolean;
  /** It deals with the world outside, whose words nobody here vouches for. */
  openWorld?: boolean;
}

/** A file that a tool gave. */
export interface ResultFile {
  name: string;
  /** IANA media type, as the tool says. */
  mediaType: string;
  bytes: Uint8Array;
}

/** What a call gave. */
export interface ToolResult {
  /** As the model reads it. */
  text: string;
  /** The tool says that it failed. */
  failed?: true;
  /** Nobody knows whether it took effect. */
  unknown?: true;
  files?: ResultFile[];
  /** Its words are from outside, whatever the tool's hints say. */
  outside?: true;
}
