interface Page {
  channel: string;
  text: string;
}

export interface Network {
  url: string;
  pages(): Page[];
  answerWith(status: number): void;
  /** Resolves with whether the event was taken. */
  post(to: string, event: object): Promise<boolean>;
  close(): Promise<void>;
}

export function startNetwork(): Promise<Network>;
