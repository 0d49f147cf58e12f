import { useEffect, useState } from 'react';

export type Health = 'asking' | 'healthy' | 'unhealthy' | 'unreachable';

/** What GET /api/v2.0/health says, asked once and again whenever the page comes back into view. */
export function useHealth(): Health {
  const [health, setHealth] = useState<Health>('asking');
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      const found = await fetchHealth(signal);
      if (!signal.aborted) setHealth(found);
    };
    document.addEventListener('visibilitychange', () => void ask(), { signal });
    void ask();
    return () => ended.abort();
  }, []);
  return health;
}

async function fetchHealth(signal: AbortSignal): Promise<Health> {
  try {
    const response = await fetch('/api/v2.0/health', { signal });
    const body: unknown = await response.json();
    const healthy =
      typeof body === 'object' && body !== null && 'status' in body && body.status === 'healthy';
    return response.ok && healthy ? 'healthy' : 'unhealthy';
  } catch {
    return 'unreachable';
  }
}
