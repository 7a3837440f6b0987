/** Discord writes who is meant as `<@id>`; a model reads names. */
export interface Names {
  user(id: string): string | null;
  role(id: string): string | null;
  channel(id: string): string | null;
}

// https://discord.com/developers/docs/reference#message-formatting
const marks =
  /<(?:(@!?|@&|#)(\d{1,20})|a?(:\w{1,32}:)\d{1,20}|(\/[^:>]{1,100}):\d{1,20}|t:(-?\d{1,13})(?::[a-zA-Z])?)>/g;

/** What nobody can name stays as it was written. */
export function plainMentions(content: string, names: Names): string {
  return content.replace(marks, (whole, kind, id, emoji, command, seconds) => {
    if (emoji) return emoji;
    if (command) return command;
    if (seconds) return timeOf(Number(seconds)) ?? whole;
    if (kind === '#') return named('#', names.channel(id)) ?? whole;
    return named('@', kind === '@&' ? names.role(id) : names.user(id)) ?? whole;
  });
}

function named(mark: string, name: string | null): string | null {
  return name === null ? null : `${mark}${name}`;
}

function timeOf(seconds: number): string | null {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
