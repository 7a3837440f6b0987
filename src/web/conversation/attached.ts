/** Files that are to be sent with the next message. */

/** What of a paste is a file: a picture of cells beside their text is none, a screenshot or a copied picture is one. */
export function pastedFiles(data: Pick<DataTransfer, 'files' | 'getData'>): File[] {
  const files = [...data.files];
  const hasText = data.getData('text/plain').trim() !== '';
  return hasText && data.getData('text/html') !== '' ? [] : files;
}

/** Screenshots are all called `image.png`: each gets a name of its own. */
export function withOwnNames(there: readonly File[], more: readonly File[]): File[] {
  const names = new Set(there.map(({ name }) => name));
  return more.map((file) => {
    const name = freeName(file.name || 'file', names);
    names.add(name);
    return name === file.name ? file : new File([file], name, { type: file.type });
  });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  for (let number = 2; ; number++) {
    const other = `${stem}-${number}${ending}`;
    if (!taken.has(other)) return other;
  }
}
