/** What people have settled about a room by commands. */
export interface RoomState {
  /** A conversation begun anew: what has a smaller id is not part of it. */
  since?: string;
  /** The model to be asked first. */
  model?: string;
  /** A turn called off: what waits with a smaller id is not answered. */
  stopped?: string;
}

export interface Rooms {
  get(roomId: string): Promise<RoomState>;
  /** Of two changes of one room at the same moment, one may be lost. */
  change(roomId: string, change: RoomState): Promise<void>;
}
