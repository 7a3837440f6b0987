/** The first letter of a name, for those who have no picture. */
export function Face({ name }: { name: string }) {
  return (
    <span class="face" aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}
