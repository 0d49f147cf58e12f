import { Failure } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

/**
 * The form under which user names and e-mail addresses are compared and kept unique: two spellings that look
 * alike are one (G-05). Compatibility forms, letter case (down, so that ẞ is ß, up, so that ß is ss and the two
 * sigmas are one, and down), surrounding blanks and trailing dots fall away.
 */
export function foldName(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return folded.replace(/^\s+/, '').replace(/[\s.]+$/, '');
}

/**
 * Checks a new user's name: Harbor's rule (1..255 characters, none of `, " ~ # % $`), no character that cannot be
 * seen, no Latin letter beside a Greek or Cyrillic one in the same word, and no robot's prefix (G-50).
 */
export function checkUserName(name: string, robotPrefix: string): void {
  const reason = whatIsWrong(name, robotPrefix);
  if (reason !== undefined) throw new Failure('BAD_REQUEST', `invalid user name ${quote(name)}: ${reason}`);
}

function whatIsWrong(name: string, robotPrefix: string): string | undefined {
  const length = Array.from(name).length;
  if (length < 1 || length > 255) return `it has ${length} characters, 1 to 255 are allowed`;
  if (/[,"~#%$]/.test(name)) return 'the characters , " ~ # % $ are not allowed';
  if (hidden.test(name)) return 'it has control, invisible or direction characters';
  if (foldName(name) === '') return 'it has nothing but blanks and dots';
  if (foldName(name).startsWith(foldName(robotPrefix))) {
    return `names that begin with ${quote(robotPrefix)} belong to robots`;
  }
  if (mixed(name)) return 'it mixes Latin letters with those of another script that look like them';
  return undefined;
}

/** Control, format (zero width, direction), private and unassigned characters, lone surrogates, blanks but the plain one, fillers. */
const hidden = /\p{C}|(?! )\p{Z}|\p{Default_Ignorable_Code_Point}|\u2800/u;

function mixed(name: string): boolean {
  const words = name.normalize('NFKC').match(/\p{L}+/gu) ?? [];
  return words.some(
    (word) =>
      /\p{Script=Latin}/u.test(word) &&
      /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word),
  );
}
