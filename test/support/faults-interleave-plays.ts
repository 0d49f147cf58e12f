import {
  type Act,
  collecting,
  copyOther,
  deleteAll,
  deleteOld,
  type Outcome,
  push,
  type PushOptions,
  restoreOld,
  unlink,
} from './faults-interleave-acts.ts';
import type { Expectation } from './faults-interleave-judge.ts';
import type { Play } from './faults-interleave-play.ts';
import type { Beginning, Lease, Scene } from './faults-interleave-scene.ts';
import type { Random } from './faults-random.ts';

/** Where a collection takes its locks, looks, and has done something that cannot be taken back. */
const collection = [
  'collect-due',
  'collect_due: with held',
  'collect_due: with gone',
  'collect_due: select array_agg(id) into v_blobs',
  'collect_due: return query with gone',
  'storage: remove',
];
/** Of these the looks that decide. */
const deciding = [
  'collect-due',
  'collect_due: with held',
  'collect_due: select array_agg(id) into v_blobs',
  'collect_due: return query with gone',
];
/** Where it has taken something off its list, and where it gives bytes back to a project. */
const listing = ['collect_due: delete from collection_due d', 'collect_due: for v_freed'];
const pushing = [
  'linked-blob',
  'renew-leases',
  'renew_leases: return',
  'mount-blob',
  'mount_blob: insert into repository_blob',
  'link-blob',
  'storage: commit',
  'put-manifest',
  'put_manifest: if not found',
];
/** Of these the ones that are left when the blob is there. */
const pushingAgain = ['renew-leases', 'put-manifest', 'put_manifest: if not found'];
const deleting = [
  'select id from artifact where',
  'with gone as (delete from artifact_blob',
  'select release_blobs',
  'release_blobs: with gone as ( delete from project',
  'commit',
];
const deletingAll = ['select from repository where', 'with locked', 'with freed', 'commit'];
const restoring = [
  'select b.id from blob',
  'select link_blobs',
  'put-manifest',
  'delete from "trash"',
  'commit',
];
const copying = [
  'select id, digest from artifact where id',
  'select id from blob where id in',
  'select link_blobs',
  'insert into artifact_blob',
  'commit',
];
const unlinking = ['unlink-blob', 'unlink_blob: '];
const expiring = ['empty-trash', 'note_lost_reference: return null', 'select t.id, t.digest'];

/** Every step that some play stops at: what is never met has got another name, and proves nothing. */
export const steps: readonly string[] = [
  ...new Set(
    [collection, listing, pushing, deleting, deletingAll, restoring, copying, unlinking, expiring].flat(),
  ),
];

const isDone = (outcome: Outcome | undefined) => outcome?.startsWith('done') === true;

const freshIs =
  (isThere: (outcomes: readonly Outcome[]) => Expectation['isThere']) =>
  (outcomes: readonly Outcome[], { repository, fresh }: Scene): Expectation[] => [
    { repository, image: fresh, isThere: isThere(outcomes) },
  ];

const done = /^done/;
const doneOrRefused = /^done|^refused/;
/** What a push may be told when somebody deletes what it was told to be there: never a fault. */
const doneOrMissing = /^done|^refused: (blob|manifest) 404/;

export const leases: readonly Lease[] = ['just over', 'short', 'long'];

/** A push is promised something, and keeps it. */
export function pushAgainstCollection(
  lease: Lease,
  how: Omit<PushOptions, 'image'>,
  beginning: Partial<Beginning> = {},
): Play {
  return {
    beginning: { lease, ...beginning },
    acts: [push({ ...how, image: 'fresh' }), collecting],
    steps: [...pushing, ...collection],
    ends: [done, done],
    images: freshIs(() => true),
  };
}

/** The image that is pushed shares its blob with the one that is deleted, or is that one. */
export function pushAgainstDeletion(image: 'fresh' | 'old', lease: Lease, restoreHours: number): Play {
  return {
    beginning: { lease, old: 'there', restoreHours },
    acts: [push({ asks: true, image }), deleteOld],
    steps: [...pushing, ...deleting],
    ends: [done, done],
    images: (_, { repository, old, fresh }) => [
      image === 'fresh'
        ? { repository, image: fresh, isThere: true }
        : { repository, image: old, isThere: 'perhaps' },
    ],
  };
}

/** A deletion gives up the last use of what is a candidate already. */
export function deletionAgainstCollection(restoreHours: number): Play {
  return {
    beginning: { lease: 'just over', old: 'there', isCandidate: true, restoreHours },
    acts: [deleteOld, collecting],
    steps: [...deleting, ...collection, ...listing],
    ends: [done, done],
    images: (_, { repository, old }) => [{ repository, image: old, isThere: false }],
  };
}

export const expiryAgainstCollection: Play = {
  beginning: { lease: 'just over', old: 'just expired', isCandidate: true },
  acts: [collecting, collecting],
  steps: [...expiring, ...deciding],
  ends: [done, done],
  images: (_, { repository, old }) => [{ repository, image: old, isThere: false }],
};

export const collectionAgainstCollection: Play = {
  beginning: { lease: 'just over', source: { project: 'one', isThere: false } },
  acts: [collecting, collecting],
  steps: [...deciding, 'take-objects', 'storage: remove'],
  ends: [done, done],
  images: () => [],
};

export function restorationAgainst(other: 'collection' | 'push', old: 'restorable' | 'just expired'): Play {
  return {
    beginning: { lease: 'just over', old, isCandidate: true },
    acts: [restoreOld, other === 'collection' ? collecting : push({ asks: true, image: 'old' })],
    steps:
      other === 'push'
        ? [...restoring, ...pushingAgain]
        : [...restoring, ...(old === 'restorable' ? ['select t.id'] : expiring), ...deciding],
    ends: [old === 'restorable' && other === 'collection' ? done : doneOrRefused, done],
    images: ([restored], { repository, old: image }) => [
      { repository, image, isThere: isDone(restored) || other === 'push' },
    ],
  };
}

export function repositoryDeletionAgainst(act: Act, lease: Lease): Play {
  return {
    beginning: { lease, old: 'there', isCandidate: true, source: { project: 'one', isThere: true } },
    acts: [deleteAll, act],
    steps: [...deletingAll, ...pushingAgain, ...(act === collecting ? collection : copying)],
    ends: [done, act === collecting ? done : act === copyOther ? doneOrRefused : doneOrMissing],
    images: (_, { repository, source, fresh, other }) => [
      { repository, image: fresh, isThere: 'perhaps' },
      { repository: source, image: other, isThere: true },
    ],
  };
}

export function copyAgainst(act: Act, beginning: Partial<Beginning> = {}): Play {
  return {
    beginning: { lease: 'just over', source: { project: 'two', isThere: true }, ...beginning },
    acts: [copyOther, act],
    steps: [...copying, ...collection, ...deleting, ...unlinking],
    ends: [done, doneOrRefused],
    images: (_, { repository, source, other }) => [
      { repository, image: other, isThere: true },
      { repository: source, image: other, isThere: true },
    ],
  };
}

/** The blob is in the source without an artifact, and is taken out of it, or out of where it is mounted to. */
export function mountAgainstUnlink(from: 'repository' | 'source', project: 'one' | 'two'): Play {
  return {
    // The target has no link of its own, so that the project's only one goes while the next one comes; and the lease
    // is so long that the mount does not write it, and holds no other lock than the one it asks for.
    beginning: { lease: 'long', old: 'never there', source: { project, isThere: false } },
    acts: [push({ asks: false, mounts: true, image: 'fresh' }), unlink(from)],
    steps: [...pushing, ...unlinking],
    // Who takes away what another one was just given takes it away.
    ends: [from === 'source' ? done : doneOrMissing, doneOrRefused],
    images: freshIs(([pushed]) => isDone(pushed)),
  };
}

const cast = {
  'a push that asks': push({ asks: true, image: 'fresh' }),
  'a mount': push({ asks: false, mounts: true, image: 'fresh' }),
  'an upload': push({ asks: false, inParts: true, image: 'fresh' }),
  'a push of the old one': push({ asks: true, image: 'old' }),
  'a deletion': deleteOld,
  "the repository's deletion": deleteAll,
  'a restoration': restoreOld,
  'a copy': copyOther,
  'an unlink': unlink('repository'),
  'an unlink from the source': unlink('source'),
  collection: collecting,
};

/** Three of everybody who writes, in any scene and at every step. */
export function someThree(random: Random): { title: string; play: Play } {
  const roles = Object.entries(cast);
  const three = [
    random.pick(roles),
    random.pick(roles),
    random.chance(0.5) ? (['collection', collecting] as const) : random.pick(roles),
  ];
  const titles = three.map(([title]) => title);
  const takesAway = titles.some((title) => title.includes('deletion') || title.startsWith('an unlink'));
  const isThere = random.chance(0.5);
  const beginning: Beginning = {
    lease: random.pick(leases),
    old: random.pick(['deleted', 'restorable', 'just expired', 'there', 'never there']),
    isCandidate: random.chance(0.5),
    restoreHours: random.pick([0, 24]),
    source: { project: random.pick(['one', 'two']), isThere },
  };
  const endOf = (title: string) => {
    if (title === 'collection') return done;
    if (!['a push', 'a mount', 'an upload'].some((one) => title.startsWith(one))) return doneOrRefused;
    return takesAway ? doneOrMissing : done;
  };
  return {
    title: `${titles.join(', ')} in ${JSON.stringify(beginning)}`,
    play: {
      beginning,
      acts: three.map(([, act]) => act),
      ends: titles.map(endOf),
      images: (outcomes, { repository, source, old, other, fresh }) => [
        {
          repository,
          image: fresh,
          isThere:
            outcomes.some((outcome, index) => isDone(outcome) && isPushOfFresh(titles[index])) &&
            !titles.includes("the repository's deletion")
              ? true
              : 'perhaps',
        },
        { repository, image: old, isThere: 'perhaps' },
        { repository, image: other, isThere: 'perhaps' },
        { repository: source, image: other, isThere: isThere ? true : 'perhaps' },
      ],
    },
  };
}

const isPushOfFresh = (title = '') => ['a push that asks', 'a mount', 'an upload'].includes(title);
