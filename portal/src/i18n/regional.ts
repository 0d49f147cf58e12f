/**
 * The language as the reader's browser knows it: English is read in Britain, too, where months and hours are written
 * otherwise. What is no tag of a language (`en-US@posix` has been seen) would make every format fail.
 */
export function regional(language: string, wanted: readonly string[] = navigator.languages): string {
  return wanted.find((tag) => /^[a-z\d-]+$/i.test(tag) && tag.split('-')[0] === language) ?? language;
}
