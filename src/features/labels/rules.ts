import { Failure } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

export interface GivenLabel {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly color?: string | null | undefined;
}

export interface LabelText {
  readonly name: string;
  readonly description: string;
  readonly color: string;
}

/** Control characters, line separators and marks that turn the direction of text around: no label shows them. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Harbor: 1 to 128 characters; what nobody can see is refused besides (G-04). */
export function isLabelName(name: string): boolean {
  const length = [...name].length;
  return length >= 1 && length <= 128 && name.trim() === name && !unseen.test(name);
}

/** Nothing that could be more than a colour where a page puts it into a style (G-39). */
export function isColor(color: string): boolean {
  return (
    color === '' || /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(color) || /^[a-z]{1,32}$/i.test(color)
  );
}

/** Every failure at once. */
export function checkedLabel(given: GivenLabel): LabelText {
  const { name, description, color } = {
    name: given.name ?? '',
    description: given.description ?? '',
    color: given.color ?? '',
  };
  const problems: string[] = [];
  if (!isLabelName(name)) {
    problems.push(
      `label name ${quote(name)} must have 1 to 128 characters, none of them invisible, and no blank at its ends`,
    );
  }
  if (!isColor(color)) {
    problems.push(
      `label color ${quote(color)} is neither a hexadecimal one such as #0065AB nor a word such as red`,
    );
  }
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
  return { name, description, color };
}
