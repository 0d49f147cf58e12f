import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { judgedBy, protectionOf } from '#src/features/immutability/index.ts';
import { findRepository, repositoryIn } from '#src/features/repositories/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import type { ProtectingRule } from '#src/oci/selector.ts';
import { type AccessoryRow, accessoriesOf, inheritedAccessoriesOf } from './accessories.store.ts';
import * as accessories from './accessories.store.ts';
import { type ListedArtifact, listedBytes } from './artifacts.store.ts';
import * as store from './artifacts.store.ts';
import type { Within } from './content-filter.ts';
import type { Details } from './details.ts';
import { type ArtifactPath, findArtifact, soughtBy } from './find.ts';
import {
  type LabelRow,
  labelsOf,
  type ReferenceRow,
  referencesOf,
  type TagRow,
  tagsOf,
} from './parts.store.ts';

/** What the caller wants to see beside each artifact. */
export interface Wanted {
  readonly with_tag: boolean;
  readonly with_immutable_status: boolean;
  readonly with_label: boolean;
  readonly with_accessory: boolean;
  readonly with_inherited_accessory: boolean;
}

/** `immutable` and its rule only where they were asked for. */
export type JudgedTag = TagRow & { readonly immutable?: boolean; readonly rule?: ProtectingRule | undefined };

/** An artifact with what was asked for beside it. */
export interface WholeArtifact {
  readonly row: ListedArtifact;
  /** JSON; undefined when its config says nothing, or could not be read. */
  readonly attributes: string | undefined;
  readonly references: readonly ReferenceRow[];
  readonly tags: readonly JudgedTag[];
  readonly labels: readonly LabelRow[];
  readonly accessories: readonly AccessoryRow[];
  readonly inherited: readonly AccessoryRow[];
}

interface Artifacts {
  readonly artifacts: WholeArtifact[];
  readonly total: number;
}

/**
 * Tags, children and accessories of one row: Harbor has no bound, and one artifact may carry 100,000 tags. The lists
 * of tags and accessories page through all of them.
 */
const mostBeside = 1_000;
/** As many children as an index can have. */
const mostChildren = 10_000;

export async function listArtifacts(
  ctx: Context,
  details: Details,
  project: GuardedProject,
  { repository, wanted, page }: { repository: string; wanted: Wanted; page: Page },
): Promise<Artifacts> {
  // What is filtered is planned for its values, the repository's number among them.
  if (parseQuery(page.q).size > 0) {
    const { repository_id } = await findRepository(ctx, project, repository);
    return listIn(ctx, details, { repository: repository_id }, wanted, page);
  }
  const found = await listIn(ctx, details, { repository: repositoryIn(project, repository) }, wanted, page);
  // An empty page may be one of no repository.
  if (found.artifacts.length === 0) await findRepository(ctx, project, repository);
  return found;
}

export function listArtifactsOfProject(
  ctx: Context,
  details: Details,
  project: GuardedProject,
  { latestOnly, wanted, page }: { latestOnly: boolean; wanted: Wanted; page: Page },
): Promise<Artifacts> {
  if (latestOnly) requireOneType(page);
  return listIn(ctx, details, { project: project.id, latestOnly }, wanted, page);
}

/** Harbor: the latest artifact of a repository is the latest of one kind. */
function requireOneType(page: Page): void {
  const clauses = parseQuery(page.q);
  if (clauses.has('media_type') === clauses.has('artifact_type')) {
    throw new Failure(
      'BAD_REQUEST',
      "either 'media_type' or 'artifact_type' must be specified, but not both, when querying with latest_in_repository",
    );
  }
}

async function listIn(
  ctx: Context,
  details: Details,
  within: Within,
  wanted: Wanted,
  page: Page,
): Promise<Artifacts> {
  const { rows, count } = await store.listArtifacts(ctx, within, page);
  const limits = { children: mostBeside, bytes: listedBytes };
  const [artifacts, total] = await Promise.all([complete(ctx, details, rows, wanted, limits), count()]);
  return { artifacts, total };
}

/** Artifacts of one project that another list has chosen, by their ids. */
export async function artifactsById(
  ctx: Context,
  details: Details,
  ids: readonly number[],
  wanted: Wanted,
): Promise<ReadonlyMap<number, WholeArtifact>> {
  if (ids.length === 0) return new Map();
  const rows = await store.listByIds(ctx, ids);
  const limits = { children: mostBeside, bytes: listedBytes };
  const artifacts = await complete(ctx, details, rows, wanted, limits);
  return new Map(artifacts.map((artifact) => [artifact.row.id, artifact]));
}

export async function getArtifact(
  ctx: Context,
  details: Details,
  project: GuardedProject,
  { path, wanted }: { path: ArtifactPath; wanted: Wanted },
): Promise<WholeArtifact> {
  const row = await store.showArtifact(ctx, soughtBy(project, path));
  const limits = { children: mostChildren, bytes: Number.MAX_SAFE_INTEGER };
  const [artifact] = await complete(ctx, details, row ? [row] : [], wanted, limits);
  if (artifact) return artifact;
  const { repository } = await findArtifact(ctx, project, path);
  throw new Failure('NOT_FOUND', `artifact ${path.reference} of ${repository.name} came at this moment`);
}

export async function listAccessories(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
  page: Page,
): Promise<{ rows: AccessoryRow[]; total: number }> {
  const { id } = (await findArtifact(ctx, project, path)).artifact;
  return accessories.listAccessories(ctx, id, parseQuery(page.q), page);
}

/** One statement for each kind of thing beside the artifacts, however many there are; none where there are none. */
async function complete(
  ctx: Context,
  details: Details,
  rows: readonly ListedArtifact[],
  wanted: Wanted,
  limits: { children: number; bytes: number },
): Promise<WholeArtifact[]> {
  const { db } = ctx;
  const of = <Part>(has: (row: ListedArtifact) => boolean, find: (ids: number[]) => Promise<Part[]>) => {
    const ids = rows.filter(has).map(({ id }) => id);
    return ids.length > 0 ? find(ids) : [];
  };
  const [read, references, tags, labels, accessories, inherited] = await Promise.all([
    details.read(ctx, rows),
    of(isIndex, (ids) => referencesOf(db, ids, { most: limits.children, bytes: limits.bytes })),
    of(
      () => wanted.with_tag,
      (ids) => tagsOf(db, ids, mostBeside),
    ),
    of(
      (row) => wanted.with_label && row.has_labels,
      (ids) => labelsOf(db, ids),
    ),
    of(
      (row) => wanted.with_accessory && row.has_accessories,
      (ids) => accessoriesOf(db, ids, mostBeside),
    ),
    of(
      () => wanted.with_inherited_accessory,
      (ids) => inheritedAccessoriesOf(db, ids, mostBeside),
    ),
  ]);
  const beside = {
    references: Map.groupBy(references, (row) => row.parent_id),
    tags: Map.groupBy(await withStatus(ctx, rows, wanted, tags), (row) => row.artifact_id),
    labels: Map.groupBy(labels, (row) => row.artifact_id),
    accessories: Map.groupBy(accessories, (row) => row.subject_id),
    inherited: Map.groupBy(inherited, (row) => row.child_id),
  };
  return rows.map((row) => ({
    row,
    attributes: bounded(row.attributes ?? read.get(row.blob_id), limits.bytes),
    references: beside.references.get(row.id) ?? [],
    tags: beside.tags.get(row.id) ?? [],
    labels: beside.labels.get(row.id) ?? [],
    accessories: beside.accessories.get(row.id) ?? [],
    inherited: beside.inherited.get(row.id) ?? [],
  }));
}

const isIndex = ({ config_media_type: config }: ListedArtifact): boolean => config === null;

/** All rows are of one project. */
async function withStatus(
  ctx: Context,
  rows: readonly ListedArtifact[],
  wanted: Wanted,
  tags: readonly TagRow[],
): Promise<readonly JudgedTag[]> {
  const [first] = rows;
  if (!wanted.with_immutable_status || !first || tags.length === 0) return tags;
  const protection = await protectionOf(ctx, first.project_id);
  if (protection.isEmpty) return tags;
  const repositories = new Map(rows.map((row) => [row.repository_id, row.repository_name]));
  return tags.map((tag) => judgedBy(protection, repositories.get(tag.repository_id) ?? '', tag));
}

function bounded(attributes: string | undefined, bytes: number): string | undefined {
  return attributes === undefined || attributes === '{}' || Buffer.byteLength(attributes) > bytes
    ? undefined
    : attributes;
}
