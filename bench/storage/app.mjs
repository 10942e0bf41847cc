import { buildApp } from '../../dist/app.js'
import { readConfig } from '../../dist/lib/settings/settings.js'
import { BACKLOG } from '../servers/listen.mjs'
import { serve } from '../servers/serve.mjs'

// The back-end as built, with the settings of its environment.
const config = readConfig(process.env)
const app = await buildApp({ config, logger: { level: 'error' } })
await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
// Until then every connection is answered 503.
await app.database.ready
process.on('SIGTERM', () => app.close().then(() => process.exit()))
serve(app.server.address().port)
