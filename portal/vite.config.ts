import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { version }: { version: string } = JSON.parse(
  readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'),
);

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // Anonymous callers of /api/v2.0/systeminfo are not told the version, so the page brings its own.
  define: { MOORAGE_VERSION: JSON.stringify(version) },
  build: {
    // The server sends a policy of 'self' for scripts, styles and images: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The server's `MOORAGE_WORKERS` all read this folder; a build replaces it whole.
    emptyOutDir: true,
    reportCompressedSize: false,
    rolldownOptions: {
      // Each page is the address at which it is served; the second is where Harbor has its API browser.
      input: ['index.html', 'devcenter-api-2.0/index.html'].map((page) => `${import.meta.dirname}/${page}`),
    },
  },
  // `npx vite portal` beside `npm run dev`.
  server: { proxy: { '/api': 'http://localhost:8080', '/v2': 'http://localhost:8080' } },
});
