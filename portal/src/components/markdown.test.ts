import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { MarkdownElements } from './markdown-elements.tsx';

const html = (text: string) => renderToStaticMarkup(createElement(MarkdownElements, { text }));

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt:alert(1))',
  '[click](data:text/html,<script>alert(1)</script>)',
  '![x](javascript:alert(1))',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe src="https://evil.example"></iframe>',
  '[x]: javascript:alert(1)\n\n[x]',
  '<div style="position:fixed;inset:0">over everything</div>',
])('%s does nothing', (text) => {
  expect(html(text)).not.toMatch(/<(script|img|iframe|div style)|on\w+=|href="(?!https?:|mailto:|#)/i);
});

test('a picture of another host is a link to it', () => {
  expect(html('![the chart](https://example.org/a.png)')).toBe(
    '<p><a href="https://example.org/a.png" rel="noopener noreferrer nofollow">the chart</a></p>',
  );
});

test('headings stand below those of the page, and tables are tables', () => {
  expect(html('# One\n\n| a |\n|---|\n| b |')).toBe(
    '<h3>One</h3>\n<div class="markdown-table" tabindex="0" role="group"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table></div>',
  );
});
