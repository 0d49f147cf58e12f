import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from '#src/log.ts';

/** Paths of PEM files: the certificate with its chain, and the private key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What `https.createServer` and `setSecureContext` take. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Watching the names (inotify) misses renewals: Kubernetes and certbot swap a symbolic link further up. */
const pollMilliseconds = 3_000;

/** Reads the pair and proves that it is one; throws with the file and the reason. */
export async function readKeyPair(files: CertificateFiles): Promise<KeyPair> {
  const pair = { cert: await readFile(files.certificate), key: await readFile(files.key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new Error(
      `${files.certificate} and ${files.key} are no usable pair of certificate and key: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  return pair;
}

/**
 * Calls `use` with each new pair that appears in the files. A pair that is broken or half replaced is reported
 * once and the old one stays in use. Returns the function that ends the watch.
 */
export function watchKeyPair(
  files: CertificateFiles,
  first: KeyPair,
  log: Logger,
  use: (pair: KeyPair) => void,
  everyMilliseconds = pollMilliseconds,
): () => void {
  let current = first;
  let complaint = '';
  let reading = false;
  const timer = setInterval(() => {
    if (reading) return;
    reading = true;
    readKeyPair(files)
      .then((pair) => {
        complaint = '';
        if (pair.cert.equals(current.cert) && pair.key.equals(current.key)) return;
        use(pair);
        current = pair;
        log.info({ certificate: files.certificate, ...validity(pair) }, 'new certificate in use');
      })
      .catch((error: Error) => {
        if (error.message !== complaint)
          log.error(`the new certificate is not used, the old one stays: ${error.message}`);
        complaint = error.message;
      })
      .finally(() => (reading = false));
  }, everyMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

export function validity(pair: KeyPair): { subject: string; validUntil: string } {
  const { subject, subjectAltName, validTo } = new X509Certificate(pair.cert);
  return { subject: subjectAltName ?? subject, validUntil: new Date(validTo).toISOString() };
}
