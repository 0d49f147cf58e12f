import type { ReactNode } from 'react';

interface StateMarkProps {
  readonly tone: 'good' | 'bad' | 'busy' | 'quiet';
  readonly children: ReactNode;
}

/** A state in a word: readable in both themes, and never cut off. */
export function StateMark({ tone, children }: StateMarkProps) {
  return <span className={`state-mark ${tone}`}>{children}</span>;
}
