import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, startBackend } from '../app/support.js'
import { PROTOCOLS, perform, play } from './support.js'

/** Ways to write a moment that RFC 3339 allows, or that clients write in its place, and the moment in UTC. */
const SPELLINGS = [
  ['2090-06-30T12:00:00Z', '2090-06-30T12:00:00.000Z'],
  ['2090-06-30t12:00:00z', '2090-06-30T12:00:00.000Z'],
  ['2090-06-30T14:00:00+02:00', '2090-06-30T12:00:00.000Z'],
  ['2090-06-30T06:30:00.25-05:30', '2090-06-30T12:00:00.250Z'],
  ['2090-07-01T00:00:00+23:59', '2090-06-30T00:01:00.000Z'],
  ['2090-06-30T12:00:00.123456789Z', '2090-06-30T12:00:00.123Z'],
  ['2090-06-30T23:59:60Z', '2090-07-01T00:00:00.000Z'],
  ['2090-07-01t01:59:60.5+02:00', '2090-07-01T00:00:00.500Z'],
  ['2090-06-30T12:00:00+02', '2090-06-30T10:00:00.000Z']
] as const

const LOCATION = 'https://files.example.com/x'
const LIMIT = { limit: 16, unit: 'A', evseId: 1 }

interface Case {
  path: string
  body: (time: string) => object
  /** Whether it is no operation of 1.6. */
  only2?: boolean
}

/** Every place where an operator gives a time. */
const CASES: Record<string, Case> = {
  'of a reservation': {
    path: 'operations/reserve',
    body: (expiresAt) => ({ idToken: { idToken: 'AA' }, expiresAt, evseId: 1 })
  },
  'to fetch firmware': {
    path: 'operations/update-firmware',
    body: (retrieveAt) => ({ location: LOCATION, retrieveAt })
  },
  'to install firmware': {
    path: 'operations/update-firmware',
    body: (installAt) => ({ location: LOCATION, installAt }),
    only2: true
  },
  'of the oldest entry of a log': { path: 'operations/upload-log', body: (from) => ({ location: LOCATION, from }) },
  'of the latest entry of a log': { path: 'operations/upload-log', body: (to) => ({ location: LOCATION, to }) },
  'of the log of a report': { path: 'reports', body: (from) => ({ type: 'log', location: LOCATION, from }) },
  'from which a limit counts': { path: 'operations/charging-limit', body: (validFrom) => ({ ...LIMIT, validFrom }) },
  'until which a limit counts': { path: 'operations/charging-limit', body: (validTo) => ({ ...LIMIT, validTo }) },
  'of an entry of the local list': {
    path: 'operations/send-local-list',
    body: (expiresAt) => ({ entries: [{ idToken: 'AA', expiresAt }] })
  }
}

const ANSWERS: Record<string, object> = {
  GetLocalListVersion: { listVersion: 0, versionNumber: 0 },
  GetDiagnostics: { fileName: 'x.log' },
  UpdateFirmware: {}
}

/** All texts in a request that are date-times, but for those about now. */
function timesIn(payload: unknown): string[] {
  const texts = JSON.stringify(payload).match(/"\d{4}-\d\d-\d\d[Tt][^"]+"/g) ?? []
  return texts.map((text) => text.slice(1, -1)).filter((text) => text.startsWith('209'))
}

const server = await startBackend()
const played = await Promise.all(
  PROTOCOLS.map(async (protocol) => {
    const charger = await play(server, protocol, (action) => {
      if (protocol === 'ocpp1.6' && action === 'UpdateFirmware') return {}
      const { listVersion, versionNumber, ...answer } = { ...ANSWERS[action] } as Record<string, unknown>
      if (action === 'GetLocalListVersion') return protocol === 'ocpp1.6' ? { listVersion } : { versionNumber }
      return action === 'GetDiagnostics' ? answer : { status: 'Accepted' }
    })
    return { protocol, ...charger }
  })
)

describe('a time that an operator gives', () => {
  for (const { protocol, charger, asked } of played) {
    for (const [what, { path, body, only2 = false }] of Object.entries(CASES)) {
      if (only2 && protocol === 'ocpp1.6') continue
      it(`${what} may be any of RFC 3339, and goes out in UTC with milliseconds, in ${protocol}`, async () => {
        for (const [spelling, expected] of SPELLINGS) {
          asked.length = 0
          const headers = { prefer: 'respond-async' }
          const answer = await perform(server, charger.identity, path, body(spelling), { headers })
          assert.ok(answer.status < 300, `${spelling}: ${JSON.stringify(answer.body)}`)
          const times = asked.flatMap(([, payload]) => timesIn(payload))
          assert.ok(times.length > 0, `${spelling}: ${JSON.stringify(asked)}`)
          assert.deepEqual(new Set(times), new Set([expected]), spelling)
        }
      })
    }
  }

  it('is rejected when it is invalid, and nothing is sent', async () => {
    const { charger, asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    for (const expiresAt of [
      'tomorrow',
      '2090-06-30',
      '2090-13-01T00:00:00Z',
      '2090-06-30T12:00:00',
      '2090-06-30T12:00:61Z'
    ]) {
      const body = { idToken: { idToken: 'AA' }, expiresAt }
      const { status } = await perform(server, charger.identity, 'operations/reserve', body)
      assert.equal(status, 400, expiresAt)
    }
    assert.deepEqual(asked, [])
  })

  it('of a raw call is sent unchanged', async () => {
    const { charger, asked } = await play(server, 'ocpp2.0.1', () => ({ status: 'Accepted' }))
    const expiryDateTime = '2090-06-30T14:00:00+02:00'
    const payload = { id: 1, expiryDateTime, idToken: { idToken: 'AA', type: 'Central' } }
    const url = `/api/v1/charge-points/${charger.identity}/calls/ReserveNow`
    const { statusCode } = await server.app.inject({ method: 'POST', url, headers: BEARER, payload })
    assert.equal(statusCode, 200)
    assert.deepEqual(asked, [['ReserveNow', payload]])
  })
})
