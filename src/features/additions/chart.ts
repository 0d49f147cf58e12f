import { isObject } from '#src/oci/descriptor.ts';
import { readTar } from './tar.ts';

/** Harbor's dependency of a chart; what is empty is left out but for name and repository. */
export interface Dependency {
  readonly name: string;
  readonly repository: string;
  readonly [other: string]: unknown;
}

/**
 * A file at the top of a chart's archive, whose first folder is the chart's own. Harbor: whatever the case of its
 * letters; Helm reads the exact name, so that one counts when both are there, and like Helm the last of several.
 */
export async function chartFile(archive: AsyncIterable<Buffer>, name: string): Promise<Buffer | undefined> {
  let exact: Buffer | undefined;
  let similar: Buffer | undefined;
  const isWanted = (path: string) => topName(path)?.toLowerCase() === name.toLowerCase();
  for await (const file of readTar(archive, isWanted)) {
    if (topName(file.name) === name) exact = file.bytes;
    else similar = file.bytes;
  }
  return exact ?? similar;
}

function topName(path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const [folder, name, ...deeper] = path.split('/').filter((part) => part !== '' && part !== '.');
  return folder === '..' || name === undefined || deeper.length > 0 ? undefined : name;
}

/**
 * The dependencies of a chart, out of its config: Helm writes there as JSON what Chart.yaml and, in old charts,
 * requirements.yaml say. The archive's YAML is nobody's to parse here: 64 KiB of "[" end the process in the parser
 * that reads our settings (G-29).
 */
export function dependenciesOf(config: unknown): Dependency[] {
  const listed =
    isObject(config) && Object.hasOwn(config, 'dependencies') ? config['dependencies'] : undefined;
  return Array.isArray(listed) ? listed.filter(isObject).map(presentDependency) : [];
}

function presentDependency(given: Record<string, unknown>): Dependency {
  const value = (key: string) => (Object.hasOwn(given, key) ? given[key] : undefined);
  const text = (key: string) => {
    const found = value(key);
    return typeof found === 'string' ? found : '';
  };
  const optional = Object.fromEntries(
    ['version', 'condition', 'alias'].flatMap((key) => (text(key) === '' ? [] : [[key, text(key)]])),
  );
  const lists = Object.fromEntries(
    ['tags', 'import-values'].flatMap((key) => {
      const found = value(key);
      return Array.isArray(found) && found.length > 0 ? [[key, found as unknown[]]] : [];
    }),
  );
  const enabled = value('enabled') === true ? { enabled: true } : {};
  return { name: text('name'), repository: text('repository'), ...optional, ...lists, ...enabled };
}
