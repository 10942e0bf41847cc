import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { EVENT_TYPES } from '../../lib/events/event.js'
import type {} from '../../plugins/publisher.js'
import { startBackend, TOKEN } from '../app/support.js'
import { ROOT } from '../support/root.js'
import { until } from '../support/wait.js'

const PAGE = readFileSync(`${ROOT}docs/events-api.md`, 'utf8')

type Listen = (
  token: string,
  onEvent: (type: string, event: { id: string; chargePoint: string }) => void,
  signal: AbortSignal
) => Promise<void>

/** The code for browsers, for a page that came from `url`. */
async function listenFrom(url: string): Promise<Listen> {
  const code = PAGE.split('```js\n')[1]?.split('```')[0]?.replace('/api/v1/events', `${url}/api/v1/events`)
  const { listen } = await import(`data:text/javascript,${encodeURIComponent(`${code}\nexport { listen }`)}`)
  return listen
}

describe('docs/events-api.md', () => {
  it('has every type of event', () => {
    const table = PAGE.split('| type | when |')[1]?.split('\n\n')[0] ?? ''
    const types = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, type]) => type)
    assert.deepEqual(types, EVENT_TYPES)
  })

  it('shows code for browsers that continues where its connection was lost', async () => {
    const { app, url } = await startBackend()
    const listen = await listenFrom(url.replace('ws', 'http'))
    const stop = new AbortController()
    after(() => stop.abort())
    const seen: string[] = []
    const listening = listen(TOKEN, (type, { id }) => seen.push(`${type} ${id}`), stop.signal)
    const publish = () => {
      const data = { evseId: 0, connectorId: 1, readings: [] }
      app.publisher.publish({ type: 'meter-values', chargePoint: 'CP-1', data })
      return `meter-values ${app.publisher.lastId}`
    }
    await until('it is connected', () => publish() !== '' && seen.length > 0)
    const before = publish()
    await until('it has seen the last', () => seen.at(-1) === before)
    app.server.closeAllConnections()
    const published = Array.from({ length: 5 }, publish)
    await until('it is back', () => seen.at(-1) === published.at(-1), 10_000)
    assert.deepEqual(seen.slice(-6), [before, ...published])
    stop.abort()
    await listening
  })
})
