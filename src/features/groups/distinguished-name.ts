// RFC 4514: attribute=value, several joined by + and, from the leaf to the root, by commas. Each alternative begins
// with a character that no other one may have there, so the time is linear in the length (G-30).
const type = String.raw`(?:[a-z][a-z\d-]*|\d+(?:\.\d+)*)`;
const escaped = String.raw`\\(?:["#+,;<=> \\]|[\da-f]{2})`;
const value = String.raw`(?:#(?:[\da-f]{2})+ *|(?![# ])(?:[^"+,;<>\\\x00]|${escaped})+)`;
const pair = `${type} *= *${value}`;
const name = new RegExp(`^ *${pair}(?:[+,] *${pair})*$`, 'iu');

/** Whether the text is a distinguished name of LDAP, such as `cn=builders,ou=groups,dc=example,dc=org`. */
export function isDistinguishedName(text: string): boolean {
  return name.test(text);
}
