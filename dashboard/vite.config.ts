import { defineConfig } from 'vite'

/**
 * Pages that are opened together, and what they share, are one chunk: each chunk costs some hundred bytes of its own, and small
 * texts compress badly.
 */
const GROUPS = [
  {
    name: 'base',
    priority: 1,
    test: /node_modules\/@?preact|dashboard\/(?:main|api|router|store|ui|pages\/(?:frame|sign-in|table|charge-points\/(?:first-steps|places))|strings\/en(?:\.|\/(?:charge-points|sign-in|range)))/
  },
  {
    name: 'charge-points',
    test: /dashboard\/(?:form|generated|pages\/(?:calls|charge-points?|sites)|strings\/en\/(?:bulk|charge-point|form|sites|variables))/
  },
  {
    name: 'books',
    test: /dashboard\/(?:pages|strings\/en)\/(?:administration|availability|certificates|id-tokens|receipts|statistics|tariffs|transactions)/
  }
]

/** `npm run build` bundles the dashboard with these settings (scripts/dashboard.mjs). */
export default defineConfig({
  root: import.meta.dirname,
  // Only assets are written below: no path of the operator API or of a page begins with it.
  base: '/',
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // The first ones with light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Safari since 17 and all others load modules ahead without help; an inlined asset would need `data:` in the policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } }
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // `npx vite dashboard` serves the pages from their sources, with the API of a back-end that runs beside it.
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } }
})
