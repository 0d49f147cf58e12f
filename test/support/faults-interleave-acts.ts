import { copyArtifact } from '#src/features/artifacts/copy.ts';
import { removeArtifact } from '#src/features/artifacts/deletion.ts';
import { restoreArtifact } from '#src/features/artifacts/restore.ts';
import { Failure } from '#src/failures.ts';
import { deleteRepository } from '#src/features/repositories/delete.ts';
import { digestOf } from '#src/oci/digest.ts';
import { basic } from './app.ts';
import { manifestType, type Scene } from './faults-interleave-scene.ts';
import { collectIn, remembered } from './faults-interleave-collect.ts';
import type { Process, World } from './faults-interleave-world.ts';
import { type HttpAnswer, request } from './http.ts';

/** What an actor did, in a word: `done`, or the refusal that it got. */
export type Outcome = string;

/** What one actor does in a scene. */
export type Act = (world: World, process: Process, scene: Scene) => Promise<Outcome>;

export interface PushOptions {
  /** Asks whether the blob is there before it sends it. */
  readonly asks: boolean;
  /** Mounts it from the source. */
  readonly mounts?: boolean;
  /** Sends it in two requests. */
  readonly inParts?: boolean;
  readonly image: 'fresh' | 'old';
  readonly to?: 'repository' | 'source';
}

/** As docker does: is the blob there, can it be mounted, else send it; then the manifest, under a tag. */
export function push({ asks, mounts = false, inParts = false, image, to = 'repository' }: PushOptions): Act {
  return async (_world, { url }, scene) => {
    const name = scene[to];
    const { config, manifest } = scene[image];
    const send = (method: string, path: string, body?: Buffer) =>
      request(url, {
        method,
        path: path.startsWith('/v2/') ? path : `/v2/${name}/${path}`,
        headers: { ...basic('admin'), ...(path.startsWith('manifests') && { 'content-type': manifestType }) },
        ...(body && { body }),
      });
    const digest = digestOf(config);
    const provide = async (): Promise<HttpAnswer | undefined> => {
      if (asks && (await send('HEAD', `blobs/${digest}`)).status === 200) return undefined;
      const query = mounts ? `?mount=${digest}&from=${scene.source}` : inParts ? '' : `?digest=${digest}`;
      const begun = await send('POST', `blobs/uploads/${query}`, mounts || inParts ? undefined : config);
      if (begun.status !== 202) return begun;
      return send('PUT', `${begun.headers['location']}?digest=${digest}`, config);
    };
    const provided = await provide();
    if (provided && provided.status !== 201) return refusal('blob', provided);
    const put = await send('PUT', `manifests/${image}`, manifest);
    return put.status === 201 ? 'done' : refusal('manifest', put);
  };
}

/** Takes the blob out of a repository. */
export const unlink = (from: 'repository' | 'source'): Act => {
  return async (_world, { url }, scene) => {
    const path = `/v2/${scene[from]}/blobs/${digestOf(scene.old.config)}`;
    const answer = await request(url, { method: 'DELETE', path, headers: basic('admin') });
    return answer.status === 202 ? 'done' : refusal('blob', answer);
  };
};

/** One pass. */
export const collecting: Act = async (world, { server }) => {
  const gone = await collectIn(world, server.registry);
  return `done, ${gone.links} links, ${gone.blobs} blobs, ${gone.objects} objects`;
};

export const deleteOld: Act = (world, process, scene) =>
  refusable(async (ctx) => {
    const repository = await findRepository(world, scene.repository);
    if (!repository) return 'refused: no repository';
    const gone = await removeArtifact(ctx, parts(world), repository, scene.old.digest);
    return gone ? 'done' : 'refused: no artifact';
  }, process);

export const deleteAll: Act = (world, process, scene) =>
  refusable(async (ctx) => {
    await deleteRepository(ctx, parts(world), projectOf(world), scene.repository.slice('one/'.length));
    return 'done';
  }, process);

export const restoreOld: Act = (world, process, scene) =>
  refusable(async (ctx) => {
    const path = { repository_name: scene.repository.slice('one/'.length), reference: scene.old.digest };
    await restoreArtifact(ctx, parts(world), projectOf(world), path);
    return 'done';
  }, process);

/** The image `other` of the source, into the repository. */
export const copyOther: Act = (world, process, scene) =>
  refusable(async (ctx) => {
    const given = {
      repository_name: scene.repository.slice('one/'.length),
      from: `${scene.source}@${scene.other.digest}`,
    };
    await copyArtifact(ctx, parts(world), projectOf(world), given);
    return 'done';
  }, process);

async function refusable(
  work: (ctx: ReturnType<Process['server']['context']>) => Promise<Outcome>,
  { server }: Process,
): Promise<Outcome> {
  try {
    return await work(server.context());
  } catch (error) {
    if (error instanceof Failure) return `refused: ${error.code} ${error.message}`;
    throw error;
  }
}

const parts = (world: World) => ({ content: remembered(world) });
const projectOf = ({ projects }: World) => ({ id: projects.one, name: 'one', public: true });

/** Looked for beforehand, as a request does: no step of its own. */
function findRepository({ database }: World, name: string) {
  return database.db
    .selectFrom('repository')
    .select(['repository_id', 'project_id', 'name'])
    .where('name', '=', name)
    .executeTakeFirst();
}

const refusal = (what: string, { status, code, body }: HttpAnswer): Outcome =>
  `refused: ${what} ${status} ${code ?? ''} ${body.toString().slice(0, 200)}`;
