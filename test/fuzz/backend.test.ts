import { fuzzBackend } from './backend.js'

// The same messages every time: `npm run test:long -- fuzz` is for new ones.
for (const validation of ['strict', 'warn'] as const) {
  fuzzBackend({ seed: 20_260_102, seconds: 0, dialect: 'sqlite', validation, every: 9 })
}
