import { readFile } from 'node:fs/promises';

/**
 * The certificate of the authority that signed this server's, for people who have to trust it. Undefined when the
 * operator has put none there. A file that holds a private key is given to nobody, whatever else is in it.
 */
export async function findAuthority(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----') && !text.includes('PRIVATE KEY') ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
