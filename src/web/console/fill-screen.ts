/** For pages that fill the screen instead of being scrolled: above a phone's keyboard and its bars. */
export function fillScreen(): () => void {
  const { documentElement } = document;
  const seen = window.visualViewport;
  const measure = () => {
    // Pinched, the seen part is small because somebody wants to read it.
    if (seen && seen.scale === 1) documentElement.style.setProperty('--seen-height', `${seen.height}px`);
  };
  documentElement.classList.add('fills');
  measure();
  seen?.addEventListener('resize', measure);
  return () => {
    documentElement.classList.remove('fills');
    documentElement.style.removeProperty('--seen-height');
    seen?.removeEventListener('resize', measure);
  };
}
