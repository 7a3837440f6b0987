/** Of languages whose files end otherwise than the language is called. */
const endings: Record<string, string> = {
  bash: 'sh',
  csharp: 'cs',
  javascript: 'js',
  kotlin: 'kt',
  markdown: 'md',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  shell: 'sh',
  typescript: 'ts',
};

/** How a file with code of this language ends, without the dot; `txt` where nobody can tell. */
export function fileEnding(language: string | null | undefined): string {
  const name = language?.toLowerCase() ?? '';
  return endings[name] ?? (/^[a-z0-9]{1,8}$/.test(name) ? name : 'txt');
}
