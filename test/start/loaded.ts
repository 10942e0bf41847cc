// Starts the back-end in this directory, and writes the names of the CommonJS packages that are loaded when it listens.
import { createRequire } from 'node:module'
import { buildApp } from '../../app.js'
import { readConfig } from '../../lib/settings/settings.js'

const config = readConfig({ DATA_DIR: 'data', OPERATOR_TOKEN: 'token-of-the-test-operator' })
const app = await buildApp({ config })
await app.listen({ port: 0, host: '127.0.0.1' })
const packages = Object.keys(createRequire(import.meta.url).cache).map((file) => {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? ''
})
process.stdout.write(JSON.stringify([...new Set(packages)]))
await app.close()
