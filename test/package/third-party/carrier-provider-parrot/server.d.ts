export function startParrot(): Promise<{ url: string; close(): Promise<void> }>;
