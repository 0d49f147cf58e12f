import type { ReactNode } from 'react';

interface StateMarkProps {
  readonly tone: 'good' | 'bad' | 'busy' | 'quiet';
  /** More about it, for those who point at it. */
  readonly title?: string;
  readonly children: ReactNode;
}

/** A state in a word: readable in both themes, and never cut off. */
export function StateMark({ tone, title, children }: StateMarkProps) {
  return (
    <span className={`state-mark ${tone}`} title={title}>
      {children}
    </span>
  );
}
