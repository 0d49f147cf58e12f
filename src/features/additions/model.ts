import { Failure } from '#src/failures.ts';
import type { Descriptor } from '#src/oci/manifest.ts';
import { quote } from '#src/oci/quote.ts';
import { readTar } from './tar.ts';

/** A file or folder of a model, as the manifest tells. */
export interface ModelFile {
  readonly name: string;
  readonly type: 'file' | 'directory';
  readonly size?: number;
  readonly children?: readonly ModelFile[];
}

/** ModelPack's annotation on a layer, and the one that it had before. */
const pathKeys = ['org.cncf.model.filepath', 'org.cnai.model.filepath'] as const;
const documentType = /^application\/vnd\.(cncf|cnai)\.model\.doc\.v1\.(raw|tar(\+(gzip|zstd))?)$/;

const longestPath = 4096;
const deepest = 64;

/** The layer that holds one of these documents. Harbor compares letters exactly; case does not matter here. */
export function documentLayer(
  layers: readonly Descriptor[],
  names: readonly string[],
): Descriptor | undefined {
  return layers.find(
    (layer) => documentType.test(layer.mediaType) && names.includes(pathOf(layer)?.toUpperCase() ?? ''),
  );
}

/** A document that is the layer itself, and not a file of an archive. */
export const isRaw = ({ mediaType }: Descriptor): boolean => mediaType.endsWith('.raw');

/** The document of a layer that is an archive: its file of the name that the layer gives. */
export async function documentIn(
  layer: Descriptor,
  archive: AsyncIterable<Buffer>,
): Promise<Buffer | undefined> {
  const wanted = lastPart(pathOf(layer) ?? '').toUpperCase();
  const files = readTar(archive, (name) => lastPart(name).toUpperCase() === wanted);
  for await (const file of files) return file.bytes;
  return undefined;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function pathOf({ annotations }: Descriptor): string | undefined {
  const key = pathKeys.find((one) => annotations !== undefined && Object.hasOwn(annotations, one));
  return key && annotations?.[key];
}

interface Folder {
  readonly entries: Map<string, Folder | number>;
}

/** The files of a model by the paths of its layers: folders first, then by name (Harbor). */
export function filesOf(layers: readonly Descriptor[]): ModelFile[] {
  const root: Folder = { entries: new Map() };
  for (const layer of layers) {
    const path = pathOf(layer);
    if (path !== undefined && path !== '') place(root, path, layer.size);
  }
  return presentFolder(root);
}

function place(root: Folder, path: string, size: number): void {
  const parts = partsOf(path);
  const name = path.endsWith('/') ? undefined : parts.pop();
  let folder = root;
  for (const part of parts) {
    const found = folder.entries.get(part);
    if (typeof found === 'number') throw contradiction(path);
    const next = found ?? { entries: new Map<string, Folder | number>() };
    folder.entries.set(part, next);
    folder = next;
  }
  if (name === undefined) return;
  if (typeof folder.entries.get(name) === 'object') throw contradiction(path);
  folder.entries.set(name, size);
}

/** Only shown, never opened; still nothing climbs out of the tree. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.slice(0, longestPath + 1).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (path.length > longestPath || parts.length > deepest) {
    throw new Failure(
      'REQUEST_ENTITY_TOO_LARGE',
      `the path ${quote(path)} in the manifest has more than ${longestPath} characters or ${deepest} folders`,
    );
  }
  return parts;
}

const contradiction = (path: string) =>
  new Failure('UNPROCESSABLE_ENTITY', `the manifest has ${quote(path)} both as a file and as a folder`);

function presentFolder({ entries }: Folder): ModelFile[] {
  const files: ModelFile[] = [...entries].map(([name, entry]) =>
    typeof entry === 'number'
      ? { name, type: 'file', ...(entry > 0 && { size: entry }) }
      : { name, type: 'directory', ...withChildren(presentFolder(entry)) },
  );
  return files.toSorted((a, b) => (a.type === b.type ? compare(a.name, b.name) : a.type === 'file' ? 1 : -1));
}

const withChildren = (children: ModelFile[]) => (children.length === 0 ? {} : { children });
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
