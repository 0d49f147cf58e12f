import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const { version }: { version: string } = JSON.parse(
  readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'),
);

const licence = readFileSync(`${import.meta.dirname}/../LICENSE`, 'utf8');

/** Compresses once what is then served often; the page itself gets a nonce per response and is left plain. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async closeBundle() {
      const folder = `${import.meta.dirname}/dist/assets`;
      const names = (await readdir(folder)).filter((name) => /\.(js|css|svg)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const bytes = await readFile(join(folder, name));
          await writeFile(join(folder, `${name}.br`), brotliCompressSync(bytes));
          await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed()],
  // Anonymous callers of /api/v2.0/systeminfo are not told the version, so the page brings its own.
  define: { MOORAGE_VERSION: JSON.stringify(version), MOORAGE_LICENCE: JSON.stringify(licence) },
  build: {
    // The first build for which `await` may stand outside a function.
    target: 'es2023',
    // These know light-dark(); rewritten for older ones it would not follow the theme that was chosen.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The server sends a policy of 'self' for scripts, styles and images: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The server's `MOORAGE_WORKERS` all read this folder; a build replaces it whole.
    emptyOutDir: true,
    reportCompressedSize: false,
    // Which files the first page needs, and which come with a later one: the size test reads it.
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Left alone, what the first page shares with each later one is a file of its own: 50 for the sign-in page,
          // of which a browser fetches six at a time. React alone is what the API browser shares with the portal.
          groups: [
            {
              name: 'react',
              tags: ['$initial'],
              test: /[\\/]node_modules[\\/](?:react|react-dom|scheduler)[\\/]/,
            },
            { name: 'libraries', tags: ['$initial'], test: /[\\/]node_modules[\\/].*js$/ },
            { name: 'start', tags: ['$initial'], test: /[\\/]src[\\/](?!main\.|api-browser[\\/]).*tsx?$/ },
          ],
        },
      },
      // Each page is the address at which it is served; the second is where Harbor has its API browser.
      input: ['index.html', 'devcenter-api-2.0/index.html'].map((page) => `${import.meta.dirname}/${page}`),
    },
  },
  // `npx vite portal` beside `npm run dev`.
  server: {
    proxy: {
      '/api': 'http://localhost:8080',
      '/c/': 'http://localhost:8080',
      '/v2': 'http://localhost:8080',
    },
  },
});
