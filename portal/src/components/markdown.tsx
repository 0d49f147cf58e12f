import { lazy, Suspense } from 'react';

const MarkdownElements = lazy(async () => {
  const { MarkdownElements: component } = await import('./markdown-elements.tsx');
  return { default: component };
});

/** Markdown that strangers wrote. Its parser comes when it is first needed; until then the source is shown. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Suspense fallback={<pre>{text}</pre>}>
        <MarkdownElements text={text} />
      </Suspense>
    </div>
  );
}
