import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { outputOf } from '../server.ts';
import { distribution } from './distribution.ts';
import { nginx } from './nginx.ts';
import type { Peer } from './peer.ts';
import { zot } from './zot.ts';

const installer = fileURLToPath(new URL('../../tools/install-clients.sh', import.meta.url));

export interface Peers {
  found: Peer[];
  /** Named in the report, so that an absent peer is never silent. */
  missing: string[];
}

/** The peers of this machine: what the installer script built, else what PATH holds. */
export function installedPeers(): Peers {
  const built = builtPrograms();
  const known = {
    distribution: distribution(built['registry'] ?? 'registry'),
    zot: zot(built['zot'] ?? 'zot'),
    nginx: nginx('nginx'),
  };
  const found = Object.values(known).filter((peer) => peer !== undefined);
  const missing = Object.entries(known).flatMap(([name, peer]) => (peer === undefined ? [name] : []));
  return { found, missing };
}

function builtPrograms(): Record<string, string> {
  if (!existsSync(installer)) return {};
  const lines = (outputOf('bash', [installer, '--print']) ?? '').split('\n');
  const pairs = lines.flatMap((line) => {
    const match = /^(\w[\w-]*)=(.+)$/.exec(line.trim());
    return match?.[1] !== undefined && match[2] !== undefined ? [[match[1].toLowerCase(), match[2]]] : [];
  });
  return Object.fromEntries(pairs);
}
