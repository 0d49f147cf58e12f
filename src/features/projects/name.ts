import { Failure } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

/** Harbor's rule; also the first part of every repository name, so it is lower-case ASCII (G-05). */
export function checkedName(name: string): string {
  if (name.length < 1 || name.length > 255) {
    throw new Failure('BAD_REQUEST', `a project name has 1 to 255 characters, not ${name.length}`);
  }
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name)) {
    throw new Failure(
      'BAD_REQUEST',
      `project name ${quote(name)} is not in lower case or contains illegal characters`,
    );
  }
  return name;
}
