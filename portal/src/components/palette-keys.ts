/** A palette that has not come by then does not come. */
const longestHold = 3_000;

/**
 * Keeps what is typed between the key that opens the palette and its field: nobody waits for code and texts to come.
 * The end of it is `take`, which says what was typed.
 */
export function holdKeys(): () => string {
  let typed = '';
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || [...event.key].length !== 1) return;
    event.preventDefault();
    event.stopPropagation();
    typed += event.key;
  };
  const release = () => {
    clearTimeout(timer);
    document.removeEventListener('keydown', press, { capture: true });
  };
  const timer = setTimeout(release, longestHold);
  document.addEventListener('keydown', press, { capture: true });
  return () => {
    release();
    const all = typed;
    typed = '';
    return all;
  };
}
