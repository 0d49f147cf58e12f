import type { Context } from '#src/context.ts';
import { protectionOf } from '#src/features/immutability/index.ts';
import type { Repository } from '#src/features/repositories/index.ts';
import type { Protection } from '#src/oci/selector.ts';
import * as store from './candidates.store.ts';
import type { Node } from './candidates.store.ts';
import type { RetentionRule } from './rules.ts';
import { Selection } from './selection.ts';

/** Why an artifact stays; undefined when it goes. */
export type Verdict =
  | { readonly by: 'immutable'; readonly text: string }
  | { readonly by: 'rule'; readonly rule: number; readonly text: string }
  | { readonly by: 'index'; readonly text: string }
  | undefined;

const page = 1_000;

type Reading = Pick<Context, 'db' | 'live' | 'signal'>;

/**
 * What a policy decides about one repository: immutable stays, then what a rule keeps, then what an index that stays
 * names; everything else goes. Reads the repository twice, a page at a time, so memory does not grow with it.
 */
export class Decisions {
  readonly #ctx: Reading;
  readonly #repository: Repository;
  readonly #selection: Selection;
  readonly #protection: Protection;
  readonly #held: ReadonlySet<number>;

  private constructor(
    ctx: Reading,
    repository: Repository,
    known: { selection: Selection; protection: Protection; held: ReadonlySet<number> },
  ) {
    this.#ctx = ctx;
    this.#repository = repository;
    this.#selection = known.selection;
    this.#protection = known.protection;
    this.#held = known.held;
  }

  static async prepare(
    ctx: Reading,
    repository: Repository,
    rules: readonly RetentionRule[],
  ): Promise<Decisions> {
    const selection = new Selection(rules, repository.name, {
      now: await store.databaseTime(ctx.db),
      pullsUnknown: ctx.live.get('pull_time_update_disable'),
    });
    const protection = await protectionOf(ctx, repository.project_id);
    if (!selection.isEmpty) {
      for await (const nodes of candidates(ctx, repository)) for (const node of nodes) selection.see(node);
    }
    const held = await heldByAccessories(ctx, repository, protection);
    return new Decisions(ctx, repository, { selection, protection, held });
  }

  /** Pages of artifacts, newest first, each with its verdict. None when no rule is about the repository. */
  async *all(): AsyncGenerator<{ node: Node; verdict: Verdict }[]> {
    if (this.#selection.isEmpty) return;
    for await (const nodes of candidates(this.#ctx, this.#repository)) {
      const decided: { node: Node; verdict: Verdict }[] = [];
      for (const node of nodes) decided.push({ node, verdict: await this.#decide(node) });
      yield decided;
    }
  }

  async #decide(node: Node, visiting: ReadonlySet<number> = new Set()): Promise<Verdict> {
    const [immutable] = this.#protection.protects(this.#repository.name, node.tags);
    if (immutable !== undefined) return { by: 'immutable', text: `the tag ${immutable} is immutable` };
    if (this.#held.has(node.id)) return { by: 'immutable', text: 'it has a signature with an immutable tag' };
    const rule = this.#selection.keptBy(node);
    if (rule) return { by: 'rule', rule: rule.id, text: rule.text };
    for (const parent of node.parents) {
      if (!(await this.#goes(parent, visiting))) return { by: 'index', text: 'an index that stays names it' };
    }
    return undefined;
  }

  /** Whether an artifact goes, itself or with what it belongs to. */
  async #goes(id: number, visiting: ReadonlySet<number>): Promise<boolean> {
    // Two artifacts can be accessories of each other; neither goes because of the other.
    if (visiting.has(id)) return false;
    const now = new Set([...visiting, id]);
    const [node] = await store.findNodes(this.#ctx.db, this.#repository.repository_id, [id]);
    if (!node) return true;
    const isPart = node.subject !== null || (node.tags.length === 0 && node.parents.length > 0);
    if (!isPart) return (await this.#decide(node, now)) === undefined;
    const holders = node.subject === null ? node.parents : [node.subject, ...node.parents];
    for (const holder of holders) if (!(await this.#goes(holder, now))) return false;
    return true;
  }
}

async function* candidates({ db, signal }: Reading, repository: Repository): AsyncGenerator<Node[]> {
  let below = Number.MAX_SAFE_INTEGER;
  for (;;) {
    signal.throwIfAborted();
    const nodes = await store.listCandidates(db, repository.repository_id, below, page);
    if (nodes.length > 0) yield nodes;
    if (nodes.length < page) return;
    below = nodes.at(-1)?.id ?? 0;
  }
}

/** Deleting an artifact takes its signatures along: one of those with an immutable tag keeps it. */
async function heldByAccessories(
  { db, signal }: Reading,
  { repository_id, name }: Repository,
  protection: Protection,
): Promise<ReadonlySet<number>> {
  const held = new Set<number>();
  if (protection.isEmpty) return held;
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const tags = await store.listAccessoryTags(db, repository_id, after);
    const last = tags.at(-1);
    if (last === undefined) return held;
    after = last.id;
    const immutable = tags.filter((tag) => protection.protects(name, [tag.name]).length > 0);
    for (const id of await store.holdersOf(
      db,
      immutable.map((tag) => tag.artifact_id),
    )) {
      held.add(id);
    }
  }
}
