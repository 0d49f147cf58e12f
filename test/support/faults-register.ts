/** One completed operation on a register, with the times of its request and its answer. */
export interface Operation {
  readonly kind: 'write' | 'read';
  /** Every write has a value of its own. */
  readonly value: string;
  readonly began: number;
  readonly ended: number;
}

/**
 * Why a history of one register cannot have happened in any single order that fits the times, in words; empty when
 * it can. With unique values this is decided by each value's own operations (Gibbons and Korach, 1997): from the
 * first end to the last begin among them the value was certainly the register's, so two such spans may not
 * overlap, and a value whose operations all overlap must fit outside every other value's span.
 */
export function orderViolations(operations: readonly Operation[]): string[] {
  const found: string[] = [];
  const certain: Span[] = [];
  const flexible: Span[] = [];
  for (const [value, own] of Map.groupBy(operations, (one) => one.value)) {
    const write = own.find(({ kind }) => kind === 'write');
    if (!write) found.push(`${value} was read and never written`);
    else if (own.some(({ kind, ended }) => kind === 'read' && ended < write.began)) {
      found.push(`${value} was read before it was written`);
    }
    const firstEnd = Math.min(...own.map(({ ended }) => ended));
    const lastBegin = Math.max(...own.map(({ began }) => began));
    if (firstEnd < lastBegin) certain.push({ value, from: firstEnd, to: lastBegin });
    else flexible.push({ value, from: lastBegin, to: firstEnd });
  }
  certain.sort((a, b) => a.from - b.from);
  for (const [index, span] of certain.entries()) {
    const next = certain[index + 1];
    if (next && next.from < span.to) found.push(`${next.value} came while ${span.value} stayed`);
    const inside = flexible.filter(({ from, to }) => from > span.from && to < span.to);
    found.push(...inside.map(({ value }) => `${value} came and went while ${span.value} stayed`));
  }
  return found;
}

interface Span {
  value: string;
  from: number;
  to: number;
}
