import type { ComponentProps } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';

/**
 * Elements of React and never HTML: what is written as HTML is left out. Headings begin below those of the page, links
 * lead away without saying from where, and a picture of another host is a link to it: the page asks nobody but us.
 */
const components: Components = {
  a: ({ href, children }) => <Away href={href}>{children}</Away>,
  img: ({ src, alt }) => (
    <Away href={typeof src === 'string' ? src : undefined}>{alt || String(src ?? '')}</Away>
  ),
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  // Wide tables scroll, by keyboard too.
  table: ({ children }) => (
    <div className="markdown-table" tabIndex={0} role="group">
      <table>{children}</table>
    </div>
  ),
};

function Away({ href, children }: ComponentProps<'a'>) {
  const leads = href !== undefined && /^(https?:|mailto:|#)/i.test(href);
  return leads ? (
    <a href={href} rel="noopener noreferrer nofollow">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

export function MarkdownElements({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={components}>
      {text}
    </ReactMarkdown>
  );
}
