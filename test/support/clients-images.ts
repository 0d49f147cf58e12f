/** Images built on the spot with Debian's tools, always with fresh random content: no store has seen them. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { layoutDigest } from './clients-layout.ts';
import { obstacle, ok, run, tool, type Workplace } from './clients.ts';

export interface Image {
  /** An OCI image layout holding the image under the tag `image`. */
  layout: string;
  digest: string;
}

interface ImageOptions {
  /** Bytes of random content beside busybox; default 64 KiB. */
  random?: number;
  /** `os/architecture`; default this machine's. */
  platform?: string;
  /** Layers as gzip. Off by default: it would cost more time than everything else. */
  gzip?: boolean;
}

/** A one-layer image from scratch: busybox and random bytes beside it. */
export async function busyboxImage(place: Workplace, options: ImageOptions = {}): Promise<Image> {
  const context = await mkdtemp(join(place.folder, 'context-'));
  await mkdir(join(context, 'root/bin'), { recursive: true });
  await cp(tool('busybox') ?? '/bin/busybox', join(context, 'root/bin/busybox'));
  await writeFile(join(context, 'root/random'), randomBytes(options.random ?? 65_536));
  return build(place, context, ['COPY root /', 'ENV PATH=/bin', 'CMD ["/bin/busybox", "sh"]'], options);
}

/** Debian's minimal root filesystem and a second layer on top of it. The tar archive comes from `debianRoot`. */
export async function debianImage(place: Workplace, archive: string): Promise<Image> {
  const context = await mkdtemp(join(place.folder, 'context-'));
  await cp(archive, join(context, 'root.tar'));
  await writeFile(join(context, 'marker'), randomBytes(1024));
  return build(place, context, ['ADD root.tar /', 'COPY marker /etc/moorage-marker', 'CMD ["/bin/sh"]'], {});
}

/** Local name of the image in the workplace's container store, after `build`. */
export function localName(image: Image): string {
  return `localhost/${image.digest.slice(7, 19)}:image`;
}

async function build(place: Workplace, context: string, lines: string[], options: ImageOptions) {
  await writeFile(join(context, 'Containerfile'), ['FROM scratch', ...lines, ''].join('\n'));
  // One step, one layer: the layers are the COPY and ADD lines.
  const wish = options.platform === undefined ? [] : ['--platform', options.platform];
  const id = await ok(place, 'buildah', ['bud', '--quiet', '--layers', ...wish, context]);
  const layout = `${context}-layout`;
  const compression = `--disable-compression=${String(options.gzip !== true)}`;
  await ok(place, 'buildah', ['push', '--quiet', compression, id, `oci:${layout}:image`]);
  await rm(context, { recursive: true });
  const image = { layout, digest: await layoutDigest(layout) };
  await ok(place, 'buildah', ['tag', id, localName(image)]);
  return image;
}

/**
 * A tar archive of Debian's minimal root filesystem, made once by debootstrap (half a minute, from Debian's
 * mirror) and kept in the user's cache. A string starting with `skipped:` when it cannot be had.
 */
export async function debianRoot(place: Workplace): Promise<string> {
  const reason = obstacle(['debootstrap', 'buildah']);
  if (reason !== undefined) return `skipped: ${reason}`;
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'moorage/fixtures');
  const archive = join(cache, 'debian-minbase.tar');
  if (await stat(archive).catch(() => undefined)) return archive;

  const root = join(place.folder, 'debian');
  const made = await run(place, 'debootstrap', ['--variant=minbase', 'stable', root], { seconds: 150 });
  if (made.code !== 0)
    return `skipped: debootstrap: ${(made.stdout + made.stderr).trimEnd().split('\n').at(-1)}`;
  // Device nodes cannot be unpacked everywhere, and apt's lists and archives are half of the size.
  const without = ['--exclude=./dev/*', '--exclude=./var/cache/apt/*', '--exclude=./var/lib/apt/lists/*'];
  const fresh = join(place.folder, 'debian.tar');
  await ok(place, 'tar', ['-C', root, ...without, '-cf', fresh, '.']);
  await rm(root, { recursive: true });
  await mkdir(cache, { recursive: true });
  const beside = `${archive}.${process.pid}`;
  await cp(fresh, beside);
  await rename(beside, archive);
  return archive;
}
