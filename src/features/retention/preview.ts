import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { nameWithinProject } from '#src/oci/selector.ts';
import type { Node } from './candidates.store.ts';
import { Decisions, type Verdict } from './decisions.ts';
import * as store from './retention.store.ts';
import type { RepositoryRow } from './retention.store.ts';
import { checkedPolicy, type GivenPolicy, permitted, projectFor } from './retention.ts';
import type { RetentionRule } from './rules.ts';
import { repositoryFilter } from './selection.ts';

export interface Question {
  /** Only this repository, named without its project. */
  readonly repository: string | undefined;
  readonly page: number;
  readonly pageSize: number;
  /** Of each repository: artifacts left out at the beginning, and shown. */
  readonly skip: number;
  readonly most: number;
}

export interface RepositoryPreview {
  readonly repository: string;
  readonly total: number;
  readonly retained: number;
  readonly artifacts: { readonly node: Node; readonly verdict: Verdict }[];
}

export interface Preview {
  readonly repositories: RepositoryPreview[];
  /** Repositories that the policy is about. */
  readonly total: number;
}

/** What a run would do now, without doing it: the decisions are made by the very code that a run uses. */
export async function preview(
  ctx: Context,
  given: GivenPolicy & { readonly id?: number | null | undefined },
  question: Question,
): Promise<Preview> {
  const { projectId, rules } = await rulesFor(ctx, given);
  return previewOf(ctx, { projectId, rules }, question);
}

async function previewOf(
  ctx: Context,
  { projectId, rules }: { projectId: number; rules: readonly RetentionRule[] },
  { repository, page, pageSize, skip, most }: Question,
): Promise<Preview> {
  const isAddressed = repositoryFilter(rules);
  const addressed = (await store.listRepositories(ctx.db, projectId)).filter(
    ({ name }) => isAddressed(name) && (repository === undefined || nameWithinProject(name) === repository),
  );
  const repositories: RepositoryPreview[] = [];
  for (const one of addressed.slice((page - 1) * pageSize, page * pageSize)) {
    repositories.push(await previewIn(ctx, one, { rules, skip, most }));
  }
  return { repositories, total: addressed.length };
}

/** A saved policy by its id, unless rules are sent: then these, as if they were saved for the project. */
async function rulesFor(
  ctx: Context,
  given: GivenPolicy & { readonly id?: number | null | undefined },
): Promise<{ projectId: number; rules: readonly RetentionRule[] }> {
  if (given.id) {
    const policy = await permitted(ctx, given.id, 'read');
    const rules = given.rules ? checkedPolicy(given).rules : policy.rules;
    return { projectId: policy.project_id, rules };
  }
  const project = await projectFor(ctx, given);
  if (!given.rules) throw new Failure('BAD_REQUEST', 'send the id of a saved policy, or rules and a scope');
  return { projectId: project.id, rules: checkedPolicy(given).rules };
}

async function previewIn(
  ctx: Context,
  repository: RepositoryRow,
  { rules, skip, most }: { rules: readonly RetentionRule[]; skip: number; most: number },
): Promise<RepositoryPreview> {
  const artifacts: RepositoryPreview['artifacts'] = [];
  let total = 0;
  let retained = 0;
  const decisions = await Decisions.prepare(ctx, repository, rules);
  for await (const decided of decisions.all()) {
    for (const one of decided) {
      if (total >= skip && artifacts.length < most) artifacts.push(one);
      total += 1;
      if (one.verdict) retained += 1;
    }
  }
  return { repository: nameWithinProject(repository.name), total, retained, artifacts };
}

export interface PreviewedArtifact {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly retained: boolean;
  /** What keeps it, or that nothing does. */
  readonly reason: string;
}

/** Every artifact that the policy of a project decides about, one after the other, however many there are. */
export async function* previewEach(
  ctx: Pick<Context, 'db' | 'live' | 'signal'>,
  { project_id, project_name, rules }: Pick<store.PolicyRow, 'project_id' | 'project_name' | 'rules'>,
  only?: string,
): AsyncGenerator<PreviewedArtifact> {
  const isAddressed = repositoryFilter(rules);
  const repositories = (await store.listRepositories(ctx.db, project_id)).filter(
    ({ name }) => only === undefined || only === nameWithinProject(name),
  );
  // "0 would be deleted" of a mistyped name would be believed.
  if (only !== undefined && repositories.length === 0) {
    throw new Failure('NOT_FOUND', `project ${project_name} has no repository ${only}`);
  }
  for (const one of repositories) {
    if (!isAddressed(one.name)) continue;
    const repository = nameWithinProject(one.name);
    const decisions = await Decisions.prepare(ctx, one, rules);
    for await (const decided of decisions.all()) {
      for (const { node, verdict } of decided) {
        const reason = verdict?.text ?? 'no rule keeps it';
        yield { repository, digest: node.digest, tags: node.tags, retained: verdict !== undefined, reason };
      }
    }
  }
}
