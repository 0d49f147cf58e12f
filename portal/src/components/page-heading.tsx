import { Group, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Moorage' : `${title} – Moorage`;
  }, [title]);
}

/** The page's one h1. It takes the focus when its page opens, so that screen readers say where one has got to. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <Group justify="space-between" mb="md">
      <Title order={1} size="h2" ref={heading} tabIndex={-1} className="page-heading">
        {title}
      </Title>
      {children}
    </Group>
  );
}
