import { statement } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { parseDigest } from '#src/oci/digest.ts';
import { mediaTypes } from '#src/oci/media-types.ts';
import { type Exchange, reply, type RepositoryExchange } from './exchange.ts';

/** More than this in one page is cut, and Link leads on. */
const pageLimit = 10_000;
const referrersPage = 1_000;

// Not as a join: PostgreSQL would not see that one repository's tags come in their order, and sort 100,000 of them for
// each page (14 ms instead of 0.2).
const tagsPage = statement<{ name: string }>(
  'tags-page',
  `select t.name from tag t
    where t.repository_id = (select repository_id from repository where name = $1) and t.name > $2
    order by t.name limit $3`,
);

const catalogPage = statement<{ name: string }>(
  'catalog-page',
  `select r.name from repository r
    where r.name > $1 and exists (select from artifact a where a.repository_id = r.repository_id)
    order by r.name limit $2`,
);

const hasContent = statement<{ found: boolean }>(
  'repository-exists',
  'select exists (select from repository where name = $1) as found',
);

/** GET /v2/<name>/tags/list: sorted by bytes; without `n` all of them. One indexed page, however many there are. */
export async function getTags(exchange: RepositoryExchange): Promise<void> {
  const { registry, repository, query } = exchange;
  const page = pageOf(query);
  const rows = await registry.database.query(tagsPage, [repository.name, query.get('last') ?? '', page.ask]);
  if (rows.length === 0) {
    const [known] = await registry.database.query(hasContent, [repository.name]);
    if (!known?.found) throw new Failure('NAME_UNKNOWN', `repository ${repository.name} is not known`);
  }
  const names = rows.map(({ name }) => name);
  answer(exchange, `/v2/${repository.name}/tags/list`, page, names, (tags) => ({
    name: repository.name,
    tags,
  }));
}

/** GET /v2/_catalog: repositories that hold something. */
export async function getCatalog(exchange: Exchange): Promise<void> {
  const page = pageOf(exchange.query);
  const rows = await exchange.registry.database.query(catalogPage, [
    exchange.query.get('last') ?? '',
    page.ask,
  ]);
  const names = rows.map(({ name }) => name);
  answer(exchange, '/v2/_catalog', page, names, (repositories) => ({ repositories }));
}

interface Page {
  /** What to show; Infinity without `n`. */
  readonly size: number;
  /** What to ask the database for: one more, to know whether another page exists. Null is everything. */
  readonly ask: number | null;
}

function pageOf(query: URLSearchParams): Page {
  const given = query.get('n');
  if (given === null) return { size: Number.POSITIVE_INFINITY, ask: null };
  if (!/^\d{1,19}$/.test(given)) {
    throw new Failure(
      'PAGINATION_NUMBER_INVALID',
      `n=${given.slice(0, 40)} is not a number of entries; use 0 or more`,
    );
  }
  const size = Math.min(Number(given), pageLimit);
  return { size, ask: size === 0 ? 0 : size + 1 };
}

function answer(
  exchange: Exchange,
  path: string,
  page: Page,
  found: string[],
  body: (names: string[]) => object,
): void {
  const names = found.slice(0, page.size);
  const last = names.at(-1);
  const headers: Record<string, string | number> = { 'Content-Type': 'application/json' };
  if (found.length > page.size && last !== undefined) {
    headers['Link'] = `<${path}?last=${encodeURIComponent(last)}&n=${page.size}>; rel="next"`;
  }
  sendJson(exchange, headers, body(names));
}

function sendJson(exchange: Exchange, headers: Record<string, string | number>, body: object): void {
  const text = JSON.stringify(body);
  reply(exchange, 200, { ...headers, 'Content-Length': Buffer.byteLength(text) });
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : text);
}

interface ReferrerRow {
  id: number;
  digest: string;
  media_type: string;
  artifact_type: string | null;
  size: number;
  annotations: Record<string, string> | null;
  total: number;
}

const referrers = statement<ReferrerRow>(
  'referrers-page',
  `select a.id, a.digest, a.media_type, a.artifact_type, b.size, a.annotations,
          (select count(*) from artifact c join repository r using (repository_id)
            where r.name = $1 and c.subject_digest = $2 and ($3::text is null or c.artifact_type = $3)) as total
     from repository r join artifact a using (repository_id) join blob b on b.id = a.blob_id
    where r.name = $1 and a.subject_digest = $2 and ($3::text is null or a.artifact_type = $3) and a.id > $4
    order by a.id limit $5`,
);

/** GET /v2/<name>/referrers/<digest>: an index of what names the digest as its subject; empty when nothing does. */
export async function getReferrers(exchange: RepositoryExchange, text: string): Promise<void> {
  const { registry, repository, query } = exchange;
  const digest = parseDigest(text).text;
  const type = query.get('artifactType');
  const n = pageOf(query);
  const size = Math.min(n.size, referrersPage);
  const last = Number(/^\d{1,15}$/.exec(query.get('last') ?? '0')?.[0] ?? 0);
  const rows = await registry.database.query(referrers, [repository.name, digest, type, last, size + 1]);
  const shown = rows.slice(0, size);
  // The type must be exactly this, without a charset (specification, "Listing Referrers").
  const headers: Record<string, string | number> = {
    'Content-Type': mediaTypes.ociIndex,
    'X-Total-Count': rows[0]?.total ?? 0,
  };
  if (type !== null) headers['OCI-Filters-Applied'] = 'artifactType';
  const end = shown.at(-1);
  if (rows.length > size && end) {
    const filter = type === null ? '' : `&artifactType=${encodeURIComponent(type)}`;
    headers['Link'] =
      `</v2/${repository.name}/referrers/${digest}?last=${end.id}&n=${size}${filter}>; rel="next"`;
  }
  sendJson(exchange, headers, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: shown.map(descriptorOf),
  });
}

function descriptorOf({ media_type, digest, size, artifact_type, annotations }: ReferrerRow) {
  return {
    mediaType: media_type,
    digest,
    size,
    ...(artifact_type === null ? {} : { artifactType: artifact_type }),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}
