import { useEffect, useState } from 'react';
import { useCurrentUser } from '../api/use-api.ts';

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
    localStorage.setItem(keyOf(userId), JSON.stringify([{ place, label, kind }, ...others].slice(0, most)));
  }, [userId, place, label, kind]);
}
