/**
 * Manifests, histories and the like, as they come. Pushers wrote them: what does not have the form that it should have
 * is left out.
 */

type Members = Readonly<Record<string, unknown>>;

export const membersOf = (value: unknown): Members =>
  // An object has members of unknown kinds: that is all that is claimed.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

const listOf = (value: unknown): Members[] => (Array.isArray(value) ? value.map(membersOf) : []);
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const sizeOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;

export interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  /** `org.opencontainers.image.title`: the file that oras and others made it of. */
  readonly title: string | undefined;
}

/** The layers of a manifest, the lowest first. */
export function layersOf(manifest: unknown): Layer[] {
  return listOf(membersOf(manifest)['layers']).flatMap((layer) => {
    const digest = textOf(layer['digest']);
    if (digest === undefined) return [];
    const title = textOf(membersOf(layer['annotations'])['org.opencontainers.image.title']);
    return [{ digest, size: sizeOf(layer['size']), mediaType: textOf(layer['mediaType']) ?? '', title }];
  });
}

export interface Step {
  readonly created: string | undefined;
  readonly command: string;
  readonly comment: string | undefined;
  readonly empty: boolean;
}

/** What an image's config tells of how it was built. */
export function stepsOf(history: unknown): Step[] {
  return listOf(history).map((step) => ({
    created: textOf(step['created']),
    command: commandOf(textOf(step['created_by']) ?? ''),
    comment: textOf(step['comment']),
    empty: step['empty_layer'] === true,
  }));
}

/** Builders write instructions as shells run them; read as a Dockerfile they are shorter. */
export function commandOf(createdBy: string): string {
  const plain = createdBy.replace(/\s*# buildkit$/, '').replace(/^\|\d+ .*?(?=\/bin\/sh -c )/s, '');
  if (plain.startsWith('/bin/sh -c #(nop)')) return plain.slice('/bin/sh -c #(nop)'.length).trim();
  return plain.startsWith('/bin/sh -c ') ? `RUN ${plain.slice('/bin/sh -c '.length).trim()}` : plain;
}

/** One row of layers and history: a step, its layer, or both. */
export interface BuildRow {
  readonly step?: Step;
  readonly layer?: Layer;
}

/**
 * Each step that made a layer beside that layer. They belong together by their order alone, so where their numbers
 * differ nothing is joined: the steps come first, and the layers after them.
 */
export function buildRows(steps: readonly Step[], layers: readonly Layer[]): BuildRow[] {
  const making = steps.filter(({ empty }) => !empty);
  if (making.length !== layers.length) {
    return [...steps.map((step) => ({ step })), ...layers.map((layer) => ({ layer }))];
  }
  const rest = [...layers];
  return steps.map((step) => {
    const layer = step.empty ? undefined : rest.shift();
    return layer ? { step, layer } : { step };
  });
}

export interface Dependency {
  readonly name: string;
  readonly version: string | undefined;
  readonly repository: string | undefined;
  readonly condition: string | undefined;
}

export function dependenciesOf(value: unknown): Dependency[] {
  return listOf(value).map((one) => ({
    name: textOf(one['name']) ?? '',
    version: textOf(one['version']),
    repository: textOf(one['repository']),
    condition: textOf(one['condition']),
  }));
}

export interface FileNode {
  readonly name: string;
  readonly size: number | undefined;
  readonly children: readonly FileNode[];
}

export function filesOf(value: unknown): FileNode[] {
  return listOf(value).map((one) => ({
    name: textOf(one['name']) ?? '',
    size: one['type'] === 'file' ? sizeOf(one['size']) : undefined,
    children: filesOf(one['children']),
  }));
}

/** A value of a config, as one line or as JSON. */
export const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');

/** A list of texts, or a set as configs write it (`{"8080/tcp": {}}`): one line each. */
export function linesOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value : undefined;
  const entries = Object.entries(membersOf(value));
  const isSet = entries.length > 0 && entries.every(([, one]) => JSON.stringify(one) === '{}');
  return isSet ? entries.map(([key]) => key) : undefined;
}
