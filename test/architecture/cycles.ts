import { isTest, roomOf, type Module } from './modules.ts';

type Graph = Map<string, Set<string>>;

/** Circles between files, type imports included: what needs each other's types is one thought in two files. */
export function fileCycles(modules: readonly Module[]): string[] {
  return cyclesIn(graph(modules, (path) => path));
}

/** Circles between rooms: features among each other above all. */
export function roomCycles(modules: readonly Module[]): string[] {
  // context.ts and what it names belong together: everyone may import it, and it takes types of two rooms.
  return cyclesIn(
    graph(
      modules.filter(({ path }) => path !== 'src/context.ts'),
      roomOf,
    ),
  );
}

function graph(modules: readonly Module[], name: (path: string) => string): Graph {
  const edges: Graph = new Map();
  const ours = new Set(modules.map(({ path }) => path));
  for (const { path, imports } of modules.filter((module) => !isTest(module.path))) {
    const from = name(path);
    const targets = edges.get(from) ?? new Set<string>();
    edges.set(from, targets);
    for (const { file } of imports)
      if (file !== undefined && ours.has(file) && name(file) !== from) targets.add(name(file));
  }
  return edges;
}

/** One line for each edge that closes a circle, with the whole circle. */
function cyclesIn(edges: Graph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: string[]) => {
    const start = trail.indexOf(node);
    if (start >= 0) {
      found.push([...trail.slice(start), node].join(' → '));
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) walk(node, []);
  return found;
}
