import { defineConfig } from 'vite'

/**
 * Pages that are opened together are one chunk: each chunk costs some hundred bytes of its own, and small texts compress badly. A
 * group takes along what its modules import, unless a group before it has it: hence the shared ones come first.
 */
const GROUPS = [
  {
    name: 'base',
    test: /node_modules\/@?preact|dashboard\/(?:main|api|router|store|ui\/(?!filters|months|pager|range|secret|use-filter)|pages\/(?:frame|sign-in|table)|strings\/en(?:\.|\/sign-in))/
  },
  { name: 'overview', test: /dashboard\/(?:ui|(?:pages|strings\/en)\/(?:overview|range))/ },
  { name: 'form', test: /dashboard\/(?:form|generated|strings\/en\/form)/ },
  { name: 'charge-points', test: /dashboard\/(?:pages|strings\/en)\/(?:bulk|calls|charge-point|variables)/ },
  {
    name: 'books',
    test: /dashboard\/(?:chart\/curves|(?:pages|strings\/en)\/(?:availability|chart|cost|id-tokens|receipts|statistics|tariffs|transactions))/
  },
  { name: 'administration', test: /dashboard\/(?:pages|strings\/en)\/(?:administration|certificates|load|sites)/ }
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
