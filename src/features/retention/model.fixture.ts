import type { Sketch } from './retention.fixture.ts';

/** Rules in the words of the guide, nothing of the program's own code: what the property test compares with. */
export interface ModelRule {
  readonly template: string;
  readonly number: number;
  readonly disabled: boolean;
  readonly tags: { readonly decoration: string; readonly pattern: string; readonly untagged?: boolean };
  readonly repository: { readonly decoration: string; readonly pattern: string };
}

const day = 86_400_000;

/** Only `*`, and alternatives in braces that stand alone. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_all, some: string) => `(?:${some.replaceAll(',', '|')})`)
    .replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`).test(text);
}

interface World {
  readonly repository: string;
  readonly artifacts: readonly Sketch[];
  readonly rules: readonly ModelRule[];
  /** Pattern of immutable tags. */
  readonly immutable: string | undefined;
  readonly now: number;
}

/** The places of the artifacts that go. */
export function goingInModel({ repository, artifacts, rules, immutable, now }: World): Set<number> {
  const places = artifacts.map((_, place) => place);
  const parentsOf = (place: number) => places.filter((one) => artifacts[one]?.children?.includes(place));
  const at = (place: number): Sketch => artifacts[place] ?? { tags: [], pushed: 0 };
  const isAccessory = (place: number) => at(place).subject !== undefined;
  const isCandidate = (place: number) =>
    !isAccessory(place) && (at(place).tags.length > 0 || parentsOf(place).length === 0);
  const here = rules.filter(
    (rule) =>
      !rule.disabled &&
      matches(rule.repository.pattern, repository) === (rule.repository.decoration === 'repoMatches'),
  );
  if (here.length === 0) return new Set();

  const pulledOf = (place: number): number | undefined => {
    const all = [place, ...(at(place).children ?? [])].flatMap((one) => at(one).pulled ?? []);
    return all.length === 0 ? undefined : Math.max(...all);
  };
  const selected = ({ tags: { decoration, pattern, untagged } }: ModelRule, place: number): boolean => {
    const { tags } = at(place);
    if (decoration === 'matches') {
      return tags.length === 0 ? (untagged ?? true) : tags.some((tag) => matches(pattern, tag));
    }
    return tags.length === 0 ? !(untagged ?? false) : tags.some((tag) => !matches(pattern, tag));
  };
  const dateOf = ({ template }: ModelRule, place: number): number => {
    const { pushed } = at(place);
    const pulled = pulledOf(place);
    if (template === 'latestPulledN') return pulled ?? 0;
    if (template === 'nDaysSinceLastPull' || template === 'latestActiveK')
      return Math.max(pushed, pulled ?? 0);
    return pushed;
  };
  const keptBy = (rule: ModelRule): number[] => {
    const mine = places.filter((place) => isCandidate(place) && selected(rule, place));
    if (rule.template === 'always') return mine;
    const isKnown = (place: number) => dateOf(rule, place) <= now;
    const unknown = mine.filter((place) => !isKnown(place));
    const known = mine.filter(isKnown);
    if (/^(nDays|lastX)/.test(rule.template)) {
      return [...unknown, ...known.filter((place) => dateOf(rule, place) >= now - rule.number * day)];
    }
    // As many have a later date as there are places: then it is not among the latest.
    const later = (place: number) => known.filter((one) => dateOf(rule, one) > dateOf(rule, place)).length;
    return [...unknown, ...known.filter((place) => later(place) < rule.number)];
  };

  const kept = new Set(here.flatMap(keptBy));
  const isImmutable = (place: number) =>
    immutable !== undefined && at(place).tags.some((tag) => matches(immutable, tag));
  const held = new Set<number>();
  const hold = (place: number): void => {
    held.add(place);
    const { subject, tags } = at(place);
    if (subject !== undefined) hold(subject);
    else if (tags.length === 0) for (const parent of parentsOf(place)) hold(parent);
  };
  for (const place of places.filter(isImmutable)) hold(place);

  const going = new Set(
    places.filter((place) => !held.has(place) && !(isCandidate(place) && kept.has(place))),
  );
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const place of going) {
      const { subject } = at(place);
      const stays =
        parentsOf(place).some((parent) => !going.has(parent)) ||
        (subject !== undefined && !going.has(subject));
      if (stays) going.delete(place);
    }
  }
  return going;
}
