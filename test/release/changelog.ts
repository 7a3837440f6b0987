/**
 * Why a version cannot be released as CHANGELOG.md has it; null: it can.
 * @param changelog headings are `## VERSION` or `## VERSION (DATE)`, newest first.
 */
export function changelogProblem(changelog: string, version: string): string | null {
  const heading = /^## (.+)$/m.exec(changelog)?.[1]?.trim();
  if (heading === undefined) return 'CHANGELOG.md has no heading "## VERSION"';
  if (heading.split(' ')[0] === version) return null;
  return `CHANGELOG.md begins with "${heading}", and package.json says ${version}: name the version there, with what is new`;
}
