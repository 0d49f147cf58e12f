/** An artifact that a deletion might take, and what holds it. */
export interface TreeNode {
  readonly id: number;
  readonly digest: string;
  /** The digest of the artifact that it belongs to, when that one is in the repository. */
  readonly subject: string | null;
  readonly tagged: boolean;
  /** The indexes that name it. */
  readonly parents: readonly number[];
}

/**
 * What goes with the roots: their accessories, tagged or not, and those children of indexes that have no tag, belong
 * to nobody who stays and are in no index that stays; and so on below each. A root that an index names which stays
 * does not go. Linear in nodes and edges.
 */
export function goingWith(roots: readonly number[], nodes: readonly TreeNode[]): ReadonlySet<number> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const below = edgesOf(nodes);
  const asked = new Set(roots);
  const going = new Set<number>();
  const digests = new Set<string>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = known.get(id);
    if (!node || going.has(id)) continue;
    const isFree = node.subject === null ? !node.tagged : digests.has(node.subject);
    if (!(asked.has(id) || isFree) || !node.parents.every((parent) => going.has(parent))) continue;
    going.add(id);
    digests.add(node.digest);
    // One that could not go before may go now: this was what held it.
    for (const next of below.children.get(id) ?? []) open.push(next);
    for (const next of below.accessories.get(node.digest) ?? []) open.push(next);
  }
  return going;
}

interface Edges {
  readonly children: ReadonlyMap<number, readonly number[]>;
  readonly accessories: ReadonlyMap<string, readonly number[]>;
}

function edgesOf(nodes: readonly TreeNode[]): Edges {
  const children = new Map<number, number[]>();
  const accessories = new Map<string, number[]>();
  const add = <Key>(edges: Map<Key, number[]>, from: Key, to: number) => {
    const known = edges.get(from);
    if (known) known.push(to);
    else edges.set(from, [to]);
  };
  for (const { id, subject, parents } of nodes) {
    if (subject !== null) add(accessories, subject, id);
    for (const parent of parents) add(children, parent, id);
  }
  return { children, accessories };
}
