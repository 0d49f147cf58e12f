import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { currentUser, useApi, useCurrentUser } from '../api/use-api.ts';

export interface RecentPlace {
  readonly place: string;
  readonly label: string;
  readonly kind: 'project' | 'repository';
}

const most = 12;
const keyOf = (userId: number | undefined) => `moorage-recent-${userId ?? 'nobody'}`;

/** Where somebody was in this browser, the latest first. Nobody else's business, so the server is not told. */
function readRecent(userId: number | undefined): readonly RecentPlace[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isPlace) : [];
  } catch {
    return [];
  }
}

const isPlace = (one: unknown): one is RecentPlace =>
  typeof one === 'object' &&
  one !== null &&
  'place' in one &&
  'label' in one &&
  typeof one.label === 'string' &&
  typeof one.place === 'string' &&
  one.place.startsWith('/harbor/');

export function useRecentPlaces(): readonly RecentPlace[] {
  const userId = useCurrentUser()?.user_id;
  const [recent] = useState(() => readRecent(userId));
  return recent;
}

/** Notes that this is where somebody is. Nothing while it is not known what it is called. */
export function useVisited(visited: RecentPlace | undefined): void {
  const userId = useCurrentUser()?.user_id;
  const { place, label, kind } = visited ?? {};
  useEffect(() => {
    if (place === undefined || label === undefined || kind === undefined) return;
    const others = readRecent(userId).filter((one) => one.place !== place);
    keepRecent(userId, [{ place, label, kind }, ...others].slice(0, most));
  }, [userId, place, label, kind]);
}

/** What is gone is not offered any more: a project with all that was in it, a repository. Called with its place. */
export function useForget(): (place: string) => void {
  const api = useApi();
  const client = useQueryClient();
  return useCallback(
    (gone) => {
      // It may be just that which could not be found out.
      const userId = client.getQueryData(currentUser(api).queryKey)?.user_id;
      const inside = gone.replace(/[^/]+$/, '');
      keepRecent(
        userId,
        readRecent(userId).filter(({ place }) => !place.startsWith(inside)),
      );
    },
    [client, api],
  );
}

function keepRecent(userId: number | undefined, places: readonly RecentPlace[]): void {
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(places));
  } catch {
    // A browser that keeps nothing, or has no room.
  }
}
