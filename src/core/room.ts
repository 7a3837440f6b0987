/** What people have settled about a room by commands. */
export interface RoomState {
  /** A conversation begun anew: what has a smaller id is not part of it. */
  since?: string;
  /** The model to be asked first. */
  model?: string;
  /** A turn called off: what waits with a smaller id is not answered. */
  stopped?: string;
  /** Messages up to this id were people's to answer: the agent does not, though they wait. */
  handled?: string;
  /** When people answered in the place of the agent, the newest last. */
  takenOver?: TakenOver[];
}

/** Times are Unix ms. */
export interface TakenOver {
  /** As people call them. */
  by: string;
  since: number;
  until: number;
}

export interface Rooms {
  get(roomId: string): Promise<RoomState>;
  /** Of two changes of one room at the same moment, one may be lost. */
  change(roomId: string, change: RoomState): Promise<void>;
}
