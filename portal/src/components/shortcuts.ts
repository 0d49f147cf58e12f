import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { linksOf } from './palette/links.ts';

/** `g`, then a key: to the page of that address, if this person has it. */
export const goKeys = [
  ['h', '/harbor/home'],
  ['p', '/harbor/projects'],
  ['l', '/harbor/logs'],
  ['u', '/harbor/users'],
  ['r', '/harbor/robot-accounts'],
  ['q', '/harbor/project-quotas'],
  ['g', '/harbor/clearing-job'],
  ['j', '/harbor/job-service-dashboard'],
  ['c', '/harbor/configs'],
] as const;

export const linkAt = (place: string) =>
  linksOf('nav.navigation').find((link) => link.place.split('?')[0]?.startsWith(place));

interface ShortcutActions {
  /** Single keys do something; else only what is held with Ctrl or ⌘. */
  readonly enabled: boolean;
  readonly openPalette: () => void;
  readonly showShortcuts: () => void;
}

export function useShortcuts({ enabled, openPalette, showShortcuts }: ShortcutActions): void {
  const { history } = useRouter();
  useEffect(() => {
    let leading: number | undefined;
    const alone = (key: string) => {
      const goes = leading !== undefined && performance.now() - leading < 1500;
      leading = key === 'g' && !goes ? performance.now() : undefined;
      if (leading !== undefined) return true;
      const target = goes ? goKeys.find(([one]) => one === key) : undefined;
      const link = target && linkAt(target[1]);
      if (link) history.push(link.place);
      if (goes) return link !== undefined;
      if (key === '?') showShortcuts();
      else if (key === '/') return focusFilter() || (openPalette(), true);
      else return inTable(key);
      return true;
    };
    const press = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
      } else if (enabled && !ctrlKey && !metaKey && !altKey && !isTaken(target) && alone(key)) {
        event.preventDefault();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [enabled, openPalette, showShortcuts, history]);
}

/** By a field that is being written in, or by a dialog or menu over the page. */
function isTaken(target: EventTarget | null): boolean {
  const writing =
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input:not([type=checkbox], [type=radio]), select, textarea'));
  return writing || document.querySelector('[aria-modal=true], [role=menu]') !== null;
}

function focusFilter(): boolean {
  const filter = document.querySelector<HTMLInputElement>('main input[type=search]');
  filter?.focus();
  filter?.select();
  return filter !== null;
}

/** `j` and `k` go from row to row, `x` ticks the row. */
function inTable(key: string): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  if (key === 'x') {
    const box = rows[at]?.querySelector<HTMLInputElement>('input[type=checkbox]');
    box?.click();
    return box !== null && box !== undefined;
  }
  const to = { j: at + 1, k: at < 0 ? rows.length - 1 : at - 1 }[key];
  const next = to === undefined ? undefined : rows[to]?.querySelector<HTMLElement>('a[href], button');
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== null && next !== undefined;
}
