import { Failure } from '#src/failures.ts';

import { quote } from './quote.ts';

export interface RepositoryName {
  /** The whole name, as clients write it after `/v2/`. */
  name: string;
  /** The first element: the project that owns the repository. */
  project: string;
  /** Everything after the first slash, which may hold more slashes. */
  rest: string;
}

/**
 * One element of a name (distribution specification, "Pulling manifests"). Separators and alphanumerics never
 * overlap, so matching is linear.
 */
const element = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tag = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const projectName = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Many clients refuse longer names, and the database column relies on it. */
const NAME_LENGTH = 255;

/**
 * Checks a repository name and splits off its project. The project part follows the name grammar only: a name
 * such as `a__b/c` passes here and then names a project that cannot exist.
 *
 * Harbor: a name of one element is BAD_REQUEST, everything else that is wrong is NAME_INVALID.
 */
export function parseRepositoryName(text: string): RepositoryName {
  if (text.length > NAME_LENGTH) {
    throw invalidName(text, `it has ${text.length} characters, at most ${NAME_LENGTH} are allowed`);
  }
  for (const part of text.split('/')) {
    if (!element.test(part)) throw invalidName(text, whatIsWrong(part));
  }
  const slash = text.indexOf('/');
  if (slash < 0) throw new Failure('BAD_REQUEST', `invalid repository name: ${text}`);
  return { name: text, project: text.slice(0, slash), rest: text.slice(slash + 1) };
}

export function isTag(text: string): boolean {
  return tag.test(text);
}

/** Stricter than a name's element: no double underscore, no run of dashes (Harbor's rule). */
export function isProjectName(text: string): boolean {
  return text.length <= NAME_LENGTH && projectName.test(text);
}

function invalidName(text: string, reason: string): Failure {
  return new Failure('NAME_INVALID', `invalid repository name ${quote(text)}: ${reason}`);
}

function whatIsWrong(part: string): string {
  if (part === '') return 'no element between slashes may be empty';
  if (/[A-Z]/.test(part)) return `${quote(part)} has upper-case letters; use lower case`;
  return `${quote(part)} must be lower-case letters and digits, with single separators (. _ __ or dashes) between them`;
}
