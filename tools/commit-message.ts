/**
 * Checks the first line of a commit message, `type(scope): what is true now`. Runs as a commit-msg hook after
 * `git config core.hooksPath tools/hooks`; the argument is the file with the message.
 */
import { readFileSync } from 'node:fs';

const file = process.argv[2];
if (file === undefined) throw new Error('usage: node tools/commit-message.ts <file with the message>');
const [subject = '', blank = ''] = readFileSync(file, 'utf8').split('\n');

const form =
  /^(feat|fix|perf|refactor|test|docs|build|ci|chore|revert)(\([a-z0-9-]+\))?!?: [^A-Z\s].*[^.\s]$/;
const problems = [
  /^(Merge|Revert|fixup!|squash!)/.test(subject) || form.test(subject)
    ? undefined
    : `"${subject}" is not of the form "fix(blobs): reject a range past the end" (lower case, no full stop)`,
  subject.length > 100 ? `the first line has ${subject.length} characters, at most 100` : undefined,
  blank.trim() === '' ? undefined : 'the second line is not empty',
].filter((problem) => problem !== undefined);

for (const problem of problems) console.error(`commit message: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
