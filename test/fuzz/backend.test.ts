import { fuzzBackend } from './backend.js'

// The same messages every time: `npm run fuzz` is for new ones.
fuzzBackend({ seed: 20_260_102, seconds: 4, dialect: 'sqlite' })
fuzzBackend({ seed: 20_260_103, seconds: 3, dialect: 'postgres' })
