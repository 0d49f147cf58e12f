import { isAcceptablePassword, passwordRule } from '#src/auth/passwords.ts';
import { Failure, together } from '#src/failures.ts';

export interface GivenProfile {
  readonly email?: string | null | undefined;
  readonly realname?: string | null | undefined;
  readonly comment?: string | null | undefined;
}

export interface Profile {
  readonly email: string;
  readonly realname: string;
  readonly comment: string;
}

/** Harbor's rules (wire.md section 11); every field counts as given, a missing one as empty. */
export function checkedProfile(given: GivenProfile): Profile {
  const [email, realname, comment] = together(
    () => checkedEmail(given.email ?? ''),
    () => checkedRealName(given.realname ?? ''),
    () => checkedComment(given.comment ?? ''),
  );
  return { email, realname, comment };
}

function checkedEmail(email: string): string {
  if (email === '') throw new Failure('BAD_REQUEST', "email can't be empty");
  if (email.length > 255 || !isAddress(email)) {
    throw new Failure('BAD_REQUEST', 'email with illegal format');
  }
  return email;
}

function checkedRealName(realname: string): string {
  const length = [...realname].length;
  if (length < 1 || length > 255) {
    throw new Failure(
      'BAD_REQUEST',
      `realname with illegal length: ${length}, 1 to 255 characters are allowed`,
    );
  }
  if (/[,"~#%$]/.test(realname)) {
    throw new Failure('BAD_REQUEST', 'realname contains illegal characters: none of , " ~ # % $ is allowed');
  }
  return realname;
}

function checkedComment(comment: string): string {
  if ([...comment].length > 30) {
    throw new Failure('BAD_REQUEST', 'comment with illegal length: 30 characters are allowed');
  }
  return comment;
}

// Local part of atoms joined by dots, then a host name or a bracketed IPv4 address; each test is linear (G-30).
function isAddress(email: string): boolean {
  const at = email.lastIndexOf('@');
  const [local, host] = [email.slice(0, at), email.slice(at + 1)];
  if (at < 1 || !local.split('.').every((atom) => /^[^<>()[\]\\.,;:\s@"]+$/.test(atom))) return false;
  if (/^\[\d{1,3}(?:\.\d{1,3}){3}\]$/.test(host)) return true;
  const labels = host.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => /^[a-zA-Z0-9-]+$/.test(label)) &&
    /^[a-zA-Z]{2,}$/.test(labels.at(-1) ?? '')
  );
}

export function requireAcceptable(password: string): void {
  if (isAcceptablePassword(password)) return;
  throw new Failure('BAD_REQUEST', `the password or secret must have ${passwordRule}`);
}
