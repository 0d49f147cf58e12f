/**
 * Run it after `npm install` when `npm ci` says "Missing: … from lock file". npm leaves optional packages of other
 * platforms out of the lockfile where the registry in use does not serve them, and then refuses that lockfile.
 * This adds them as far as their names tell: version, system, processor and C library, without a checksum.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

const file = `${import.meta.dirname}/../package-lock.json`;
const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(file, 'utf8'));

const systems = [
  'android',
  'aix',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[-/]/);
    const [os, cpu] = [
      systems.find((word) => words.includes(word)),
      processors.find((word) => words.includes(word)),
    ];
    if (!os || !cpu || !/^\d/.test(version))
      throw new Error(`cannot tell the platform of ${name}@${version}`);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(os === 'linux' ? { libc: [words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'] } : {}),
      optional: true,
      os: [os],
    };
    added += 1;
  }
}

const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`${added} packages added`);
