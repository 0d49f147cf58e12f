import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collecting, copyOther, push, unlink } from '../support/faults-interleave-acts.ts';
import { everyOrder, type Explored, randomOrders, told } from '../support/faults-interleave-explore.ts';
import { type Play, rehearse } from '../support/faults-interleave-play.ts';
import * as plays from '../support/faults-interleave-plays.ts';
import { openWorld, type World } from '../support/faults-interleave-world.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';

const actors = ['first', 'second', 'third'];
let world: World;
/** Steps of all plays so far. */
const met = new Set<string>();
beforeAll(async () => {
  world = await openWorld(actors, { soleWriter: false });
});
afterAll(() => world.close());

/** The first order that breaks something, step by step; nothing when none does. */
function faultOf({ broken }: Explored, title: string): string[] {
  return broken ? [title, ...broken.problems, told(broken.trace, actors)] : [];
}

/** What is wrong with the play. */
async function inEveryOrder(world: World, title: string, play: Play): Promise<string[]> {
  const attempt = await rehearse(world, play);
  const began = performance.now();
  const explored = await everyOrder(attempt);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  for (const step of explored.met) met.add(step);
  report(`${title}: ${explored.runs} orders of at most ${explored.longest} steps in ${seconds} s`);
  return faultOf(explored, title);
}

const {
  pushAgainstCollection,
  pushAgainstDeletion,
  deletionAgainstCollection,
  restorationAgainst,
  repositoryDeletionAgainst,
  copyAgainst,
  mountAgainstUnlink,
} = plays;
const elsewhere = { source: { project: 'two', isThere: true } } as const;
const candidate = { old: 'never there', source: { project: 'one', isThere: false } } as const;
const pushed = push({ asks: true, image: 'fresh' });

const pairs: Record<string, Play> = {
  'a push that asks, over the lease, and collection': pushAgainstCollection('just over', { asks: true }),
  'a push that asks, within the lease, and collection': pushAgainstCollection('short', { asks: true }),
  'a push that asks, long within the lease, and collection': pushAgainstCollection('long', { asks: true }),
  'a push that asks nothing and collection': pushAgainstCollection('just over', { asks: false }),
  'a push in parts and collection': pushAgainstCollection('just over', { asks: false, inParts: true }),
  'a mount and collection': pushAgainstCollection('just over', { asks: false, mounts: true }, elsewhere),
  'a mount of a candidate and collection': pushAgainstCollection(
    'just over',
    { asks: false, mounts: true },
    candidate,
  ),
  'a push and the deletion of what shares its blob': pushAgainstDeletion('fresh', 'just over', 0),
  'a push and the deletion of the same': pushAgainstDeletion('old', 'just over', 0),
  'a deletion and collection': deletionAgainstCollection(0),
  'a deletion that can be undone and collection': deletionAgainstCollection(24),
  'two collections': plays.collectionAgainstCollection,
  'two collections after the time for restoring': plays.expiryAgainstCollection,
  'a restoration and collection': restorationAgainst('collection', 'restorable'),
  'a restoration too late and collection': restorationAgainst('collection', 'just expired'),
  'a restoration and a push of the same': restorationAgainst('push', 'restorable'),
  'the deletion of a repository and collection': repositoryDeletionAgainst(collecting, 'just over'),
  'the deletion of a repository and a push': repositoryDeletionAgainst(pushed, 'short'),
  'the deletion of a repository and a copy to it': repositoryDeletionAgainst(copyOther, 'short'),
  'a copy and collection': copyAgainst(collecting),
  'a copy and an unlink': copyAgainst(unlink('repository')),
  'a mount and an unlink from its source': mountAgainstUnlink('source', 'two'),
  'a mount and an unlink from its source in the project': mountAgainstUnlink('source', 'one'),
  'a mount and an unlink from where it goes': mountAgainstUnlink('repository', 'one'),
};

const limit = { timeout: (long ? 3_600 : 600) * 1000 };

describe('in every order of the steps of two, nothing acknowledged is lost and nothing is left over', () => {
  test.for(Object.entries(pairs))('%s', limit, async ([title, play]) => {
    expect(await inEveryOrder(world, title, play)).toEqual([]);
  });

  test('every step that a play stops at is met', (context) => {
    // Of a part of the plays, chosen by hand, nothing can be said.
    if (context.task.suite?.tasks.some((task) => task.mode === 'skip')) context.skip();

    const unmet = plays.steps.filter((beginning) => ![...met].some((step) => step.startsWith(beginning)));

    expect(unmet).toEqual([]);
  });

  test('G-74: a push and collection in the one process that remembers', limit, async () => {
    const sole = await openWorld(actors, { soleWriter: true });
    try {
      for (const lease of plays.leases) {
        const play = pushAgainstCollection(lease, { asks: true });
        expect(await inEveryOrder(sole, `in one process, lease ${lease}`, play)).toEqual([]);
      }
    } finally {
      await sole.close();
    }
  });
});

describe('three at a time, at random', () => {
  test('lose nothing and leave nothing over', limit, async () => {
    const seed = seedOf('three writers in random orders');
    const random = randomFrom(seed);
    const scenes = long ? 2_000 : 12;
    let orders = 0;
    for (let scene = 0; scene < scenes; scene++) {
      const { title, play } = plays.someThree(random);
      const explored = await randomOrders(await rehearse(world, play), random, 8);
      expect(faultOf(explored, title)).toEqual([]);
      orders += explored.runs;
    }
    report(`${orders} random orders of three`);
  });
});

/** Faults put into the schema, each with the play that must find it: what never fails proves nothing. */
interface Mutation {
  readonly play: Play;
  readonly name: string;
  readonly from: string | RegExp;
  readonly to: string;
  /** How often an actor is made to wait, at any step, for the fault to show. */
  readonly preemptions: number;
}
const mutations: Record<string, Mutation> = {
  'a collection that looks at no lease': {
    play: pushAgainstCollection('short', { asks: true }),
    name: 'collect_due',
    from: 'leased_until <= now() - p_window',
    to: 'true',
    preemptions: 1,
  },
  'a collection that locks no blob': {
    play: pushAgainstCollection('just over', { asks: false, mounts: true }, elsewhere),
    name: 'collect_due',
    from: 'order by id for update skip locked',
    to: 'order by id',
    preemptions: 1,
  },
  'a renewal that does not look after its lock': {
    play: pushAgainstCollection('just over', { asks: true }, elsewhere),
    name: 'renew_leases',
    from: /where exists \(select from repository_blob[^;]*/,
    to: '',
    preemptions: 1,
  },
  'a mount without a lock': {
    play: pushAgainstCollection('just over', { asks: false, mounts: true }, candidate),
    name: 'mount_blob',
    from: 'for key share of b',
    to: '',
    preemptions: 1,
  },
  'a deletion that leaves alone what is a candidate': {
    play: deletionAgainstCollection(0),
    name: 'note_lost_reference',
    from: /do update set due_at = d.due_at where false/g,
    to: 'do nothing',
    preemptions: 2,
  },
  'an unlink that a mount does not wait for': {
    play: mountAgainstUnlink('source', 'one'),
    name: 'unlink_blob',
    from: 'for update',
    to: 'for no key update',
    preemptions: 1,
  },
};

describe('a fault would be found', () => {
  test.for(Object.entries(mutations))('%s', limit, async ([, { play, name, from, to, preemptions }]) => {
    const attempt = await rehearse(world, { ...play, steps: [''] });
    await world.stage.mutate(name, (definition) => definition.replace(from, to));

    const { broken } = await everyOrder(attempt, { preemptions });

    expect(broken?.problems).not.toBeUndefined();
  });
});
