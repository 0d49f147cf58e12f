import { Group, Title } from '@mantine/core';
import { useLocation, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';

/**
 * "Tab – page – Moorage": the tab is the one that is drawn as the current one beside the heading, after the one within
 * it if there is one. Looked for at each drawing: some tabs are there only when the server has said what may be done.
 */
export function useTitle(title: string): void {
  useLocation({ select: ({ pathname }) => pathname });
  useSearch({ strict: false });
  useEffect(() => {
    const tabs = [...document.querySelectorAll('nav.tabs [aria-current=page]')].map((tab) => tab.textContent);
    document.title = [...tabs.toReversed(), title, 'Moorage'].filter((part) => part !== '').join(' – ');
  });
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
