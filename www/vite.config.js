import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import vue from '@vitejs/plugin-vue';

// Where `npm run dev` sends what is not a static file.
const backend = process.env.BACKEND_URL || 'http://127.0.0.1:8080';
const dynamic = [
  '/socket.io', '/config', '/agent', '/session', '/videodb', '/api',
];

const page = (name) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  plugins: [vue()],
  // The page uses setup functions only; the devtools hook is not shipped.
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    outDir: 'dist',
    target: 'es2020',
    // Nothing inline: every file is fetched from the same origin, so the
    // content security policy needs no exception.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: { input: [page('index.html'), page('docs/index.html')] },
  },
  server: {
    proxy: Object.fromEntries(dynamic.map((path) => [path, backend])),
  },
});
