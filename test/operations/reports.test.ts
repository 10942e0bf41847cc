import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { onSharedBackend, operate, stateOf } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, within } from '../support/wait.js'
import { type Played, perform, play, VERSIONS_2 } from './support.js'

const GENERATED_AT = '2026-01-01T00:00:00.000Z'

type Parts = readonly (readonly [seqNo: number, tbc: boolean, names: readonly string[]])[]

function reportData(names: readonly string[], mutability = 'ReadWrite') {
  return names.map((name) => ({
    component: { name: 'Ctrlr' },
    variable: { name },
    variableAttribute: [{ value: `value of ${name}`, mutability }]
  }))
}

async function tell(charger: Charger, requestId: number, parts: Parts, mutability?: string): Promise<void> {
  for (const [seqNo, tbc, names] of parts) {
    const data = names.length === 0 ? {} : { reportData: reportData(names, mutability) }
    await charger.call('NotifyReport', { requestId, generatedAt: GENERATED_AT, seqNo, tbc, ...data })
  }
}

/** The report is whole, and the test may end, before the charger has the answer to its last message. */
function unawaited(told: Promise<unknown>): void {
  told.catch(() => undefined)
}

/** A charger that reports so whenever it is asked to. */
async function reporter(server: TestServer, protocol: Protocol, parts: Parts, mutability?: string) {
  const { charger, asked } = await play(server, protocol, (_action, payload) => {
    unawaited(tell(charger, (payload as { requestId: number }).requestId, parts, mutability))
    return { status: 'Accepted' }
  })
  return { charger, asked }
}

/** The same, which tells it before it answers. */
function early(server: TestServer, protocol: Protocol, parts: Parts) {
  const played: Promise<Played> = play(server, protocol, async (_action, payload) => {
    await tell((await played).charger, (payload as { requestId: number }).requestId, parts)
    return { status: 'Accepted' }
  })
  return played
}

const AT_ONCE = { headers: { prefer: 'respond-async' } }

const names = (items: { variable: { name: string } }[]) => items.map(({ variable }) => variable.name)

const look = async (server: TestServer, identity: string, requestId: number) =>
  (await operate(server, 'GET', `/charge-points/${identity}/reports/${requestId}`)).json()

onSharedBackend('a report', (start) => {
  for (const protocol of VERSIONS_2) {
    it(`is answered when all parts are in, in their order, in ${protocol}`, async () => {
      const server = await start()
      const parts: Parts = [
        [2, false, ['E']],
        [0, true, ['A', 'B']],
        [0, true, ['A', 'B']],
        [1, true, ['C', 'D']]
      ]
      const { charger, asked } = await reporter(server, protocol, parts)
      const { status, body } = await perform(server, charger.identity, 'reports', { type: 'full-inventory' })
      assert.deepEqual([status, body.status, body.parts, body.missing], [200, 'complete', 3, []])
      assert.deepEqual(names(body.items), ['A', 'B', 'C', 'D', 'E'])
      assert.deepEqual(body.items[0], {
        component: { name: 'Ctrlr' },
        variable: { name: 'A' },
        value: 'value of A',
        mutability: 'ReadWrite',
        readonly: false
      })
      assert.deepEqual(asked, [['GetBaseReport', { requestId: body.requestId, reportBase: 'FullInventory' }]])
      const { calls: _, protocol: __, ...report } = body
      assert.deepEqual(await look(server, charger.identity, body.requestId), report)
    })

    it(`is answered with the parts so far when the time is over, and continues, in ${protocol}`, async () => {
      const server = await start()
      const { charger } = await early(server, protocol, [
        [0, true, ['A']],
        [2, true, ['C']]
      ])
      const request = { type: 'configuration-inventory' }
      const { status, headers, body } = await perform(server, charger.identity, 'reports', request, AT_ONCE)
      assert.deepEqual([status, body.status, body.parts, body.missing], [202, 'pending', 2, [[1, 1]]])
      assert.deepEqual(names(body.items), ['A', 'C'])
      assert.equal(headers.location, `/api/v1/charge-points/${charger.identity}/reports/${body.requestId}`)
      await tell(charger, body.requestId, [[3, false, ['D']]])
      assert.equal((await look(server, charger.identity, body.requestId)).status, 'pending')
      await charger.close()
      const back = await connectCharger(server.url, charger.identity, { protocol })
      await tell(back, body.requestId, [[1, true, ['B']]])
      const report = await look(server, charger.identity, body.requestId)
      assert.deepEqual([report.status, report.missing, names(report.items)], ['complete', [], ['A', 'B', 'C', 'D']])
    })

    it(`of which nothing is found is empty, in ${protocol}`, async () => {
      const server = await start()
      const { charger, asked } = await play(server, protocol, () => ({ status: 'EmptyResultSet' }))
      const request = {
        type: 'custom',
        variables: [{ component: { name: 'EVSE', evse: { id: 1 } } }, { key: 'HeartbeatInterval' }],
        componentCriteria: ['Problem']
      }
      const { status, body } = await perform(server, charger.identity, 'reports', request)
      assert.deepEqual([status, body.status, body.items], [200, 'complete', []])
      assert.deepEqual(asked, [
        [
          'GetReport',
          {
            requestId: body.requestId,
            componentVariable: [
              { component: { name: 'EVSE', evse: { id: 1 } } },
              { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }
            ],
            componentCriteria: ['Problem']
          }
        ]
      ])
    })

    it(`is not waited for when the charge point rejects it, in ${protocol}`, async () => {
      const server = await start()
      const { charger } = await play(server, protocol, () => ({ status: 'NotSupported' }))
      const { status, body } = await perform(server, charger.identity, 'reports', { type: 'summary-inventory' })
      assert.deepEqual([status, body.status], [200, 'not-supported'])
      assert.deepEqual((await stateOf(server, charger.identity)).reports, [])
      assert.equal((await look(server, charger.identity, body.requestId)).code, 'UNKNOWN_REPORT')
    })

    it(`of monitors holds the monitors, in ${protocol}`, async () => {
      const server = await start()
      const monitor = { id: 7, transaction: false, value: 80, type: 'UpperThreshold', severity: 3 }
      const { charger } = await play(server, protocol, (_action, payload) => {
        const { requestId } = payload as { requestId: number }
        const type = protocol === 'ocpp2.1' ? { eventNotificationType: 'CustomMonitor' } : {}
        const part = {
          component: { name: 'EVSE' },
          variable: { name: 'Power' },
          variableMonitoring: [{ ...monitor, ...type }]
        }
        unawaited(
          charger.call('NotifyMonitoringReport', { requestId, generatedAt: GENERATED_AT, seqNo: 0, monitor: [part] })
        )
        return { status: 'Accepted' }
      })
      const { body } = await perform(server, charger.identity, 'reports', {
        type: 'monitoring',
        monitoringCriteria: ['ThresholdMonitoring']
      })
      assert.deepEqual([body.status, body.items.length, body.items[0].id, body.items[0].value], ['complete', 1, 7, 80])
    })

    it(`of a customer is text, joined in its order, in ${protocol}`, async () => {
      const server = await start()
      const { charger, asked } = await play(server, protocol, (_action, payload) => {
        const { requestId } = payload as { requestId: number }
        const notify = (seqNo: number, data: string, tbc: boolean) =>
          charger.call('NotifyCustomerInformation', { requestId, generatedAt: GENERATED_AT, seqNo, data, tbc })
        unawaited(
          notify(1, 'Doe', false)
            .then(() => notify(0, 'name: ', true))
            .then(() => notify(0, 'name: ', true))
        )
        return { status: 'Accepted' }
      })
      const request = { type: 'customer-information', idToken: { idToken: 'DRIVER' }, clear: true }
      const { body } = await perform(server, charger.identity, 'reports', request)
      assert.deepEqual([body.status, body.text, body.items], ['complete', 'name: Doe', undefined])
      const { requestId } = body
      const idToken = { idToken: 'DRIVER', type: 'Central' }
      assert.deepEqual(asked, [['CustomerInformation', { requestId, report: true, clear: true, idToken }]])
    })

    it(`of the whole takes away what the charge point does not have any more, in ${protocol}`, async () => {
      const server = await start()
      const { charger } = await reporter(server, protocol, [
        [0, true, ['A']],
        [1, false, ['B']]
      ])
      await tell(charger, 1, [[0, false, ['Stale', 'a']]])
      await perform(server, charger.identity, 'reports', { type: 'full-inventory' })
      const { variables } = await stateOf(server, charger.identity)
      const found = variables.map(({ variable }: { variable: string }) => variable)
      // Names do not regard case, so that "a" is not known to be gone.
      assert.deepEqual(found, ['A', 'B', 'a'])
    })
  }

  it('of the configuration removes writable variables that it does not contain, and nothing else', async () => {
    const server = await start()
    const { charger } = await reporter(server, 'ocpp2.1', [[0, false, ['A']]])
    await tell(charger, 1, [[0, false, ['Fixed']]], 'ReadOnly')
    await tell(charger, 2, [[0, false, ['Settable']]])
    await perform(server, charger.identity, 'reports', { type: 'configuration-inventory' })
    const { variables } = await stateOf(server, charger.identity)
    assert.deepEqual(
      variables.map(({ variable }: { variable: string }) => variable),
      ['A', 'Fixed']
    )
  })

  it('removes no stored values while it is incomplete', async () => {
    const server = await start()
    const { charger } = await early(server, 'ocpp2.0.1', [[1, false, ['B']]])
    await tell(charger, 1, [[0, false, ['Old']]])
    const { body } = await perform(server, charger.identity, 'reports', { type: 'full-inventory' }, AT_ONCE)
    assert.deepEqual([body.status, body.parts, body.missing], ['pending', 1, [[0, 0]]])
    const { variables } = await stateOf(server, charger.identity)
    assert.deepEqual(
      variables.map(({ variable }: { variable: string }) => variable),
      ['B', 'Old']
    )
  })

  it('of ten thousand variables is answered completely', async () => {
    const server = await start()
    const parts: Parts = Array.from({ length: 100 }, (_, seqNo) => [
      seqNo,
      seqNo < 99,
      Array.from({ length: 100 }, (__, index) => `V${String(seqNo * 100 + index).padStart(5, '0')}`)
    ])
    const { charger } = await reporter(server, 'ocpp2.1', parts)
    const request = { type: 'full-inventory' }
    const { status, body } = await perform(server, charger.identity, 'reports', request, { query: '?timeout=110000' })
    assert.deepEqual(
      [status, body.status, body.items.length, body.items[9_999].variable.name],
      [200, 'complete', 10_000, 'V09999']
    )
  })

  it('is not waited for when an answer at once is preferred', async () => {
    const server = await start()
    const asked = deferred<number>()
    const { charger } = await play(server, 'ocpp2.1', (_action, payload) => {
      asked.resolve((payload as { requestId: number }).requestId)
      return { status: 'Accepted' }
    })
    const answer = await perform(server, charger.identity, 'reports', { type: 'full-inventory' }, AT_ONCE)
    assert.deepEqual([answer.status, answer.body.status, answer.body.items], [202, 'pending', []])
    assert.equal(answer.headers['preference-applied'], 'respond-async')
    await tell(charger, await within('the request', asked.promise), [[0, false, ['A']]])
    assert.equal((await look(server, charger.identity, answer.body.requestId)).status, 'complete')
  })

  it('is waited for no longer than requested when no part arrives', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    const request = { type: 'full-inventory' }
    const { status, body } = await perform(server, charger.identity, 'reports', request, { query: '?timeout=3000' })
    assert.deepEqual([status, body.status, body.parts, body.items], [202, 'pending', 0, []])
  })

  it('is complete although its parts arrive before the answer to its request', async () => {
    const server = await start()
    const { charger } = await early(server, 'ocpp2.1', [[0, false, ['A']]])
    const { status, body } = await perform(server, charger.identity, 'reports', { type: 'full-inventory' })
    assert.deepEqual([status, body.status, names(body.items)], [200, 'complete', ['A']])
  })

  it('of a raw call can be read, too', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.0.1', () => ({ status: 'Accepted' }))
    await perform(server, charger.identity, 'calls/GetBaseReport', { requestId: 12, reportBase: 'FullInventory' })
    await tell(charger, 12, [[0, false, ['A']]])
    const report = await look(server, charger.identity, 12)
    assert.deepEqual([report.type, report.status, names(report.items)], ['full-inventory', 'complete', ['A']])
  })

  it('contains no secret', async () => {
    const server = await start()
    const { charger } = await reporter(server, 'ocpp2.1', [[0, false, ['BasicAuthPassword']]])
    const { body } = await perform(server, charger.identity, 'reports', { type: 'full-inventory' })
    assert.equal(names(body.items)[0], 'BasicAuthPassword')
    assert.ok(!JSON.stringify(body).includes('value of'))
  })

  it('is not stored when it was not requested', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    await tell(charger, 99, [[0, false, ['A']]])
    assert.equal((await look(server, charger.identity, 99)).code, 'UNKNOWN_REPORT')
  })

  it('is one of the latest five that are kept', async () => {
    const server = await start()
    const { charger } = await reporter(server, 'ocpp2.1', [[0, false, ['A']]])
    const ids: number[] = []
    for (let count = 0; count < 6; count++) {
      ids.push((await perform(server, charger.identity, 'reports', { type: 'full-inventory' })).body.requestId)
    }
    const [first = 0, second = 0] = ids
    assert.equal((await look(server, charger.identity, first)).code, 'UNKNOWN_REPORT')
    assert.equal((await look(server, charger.identity, second)).status, 'complete')
  })

  it('of 1.6 is its configuration', async () => {
    const server = await start()
    const configurationKey = [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'NumberOfConnectors', readonly: true, value: '2' },
      { key: 'AuthorizationKey', readonly: false, value: 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4' }
    ]
    const { charger, asked } = await play(server, 'ocpp1.6', () => ({ configurationKey }))
    const ask = (request: object) => perform(server, charger.identity, 'reports', request)
    const whole = await ask({ type: 'full-inventory' })
    const [heartbeat, connectors] = configurationKey
    const hidden = { key: 'AuthorizationKey', readonly: false }
    assert.deepEqual([whole.status, whole.body.status], [200, 'complete'])
    assert.deepEqual(whole.body.items, [heartbeat, connectors, hidden])
    assert.deepEqual((await ask({ type: 'configuration-inventory' })).body.items, [heartbeat, hidden])
    const variables = [{ component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }]
    await ask({ type: 'custom', variables })
    assert.deepEqual(asked.at(-1), ['GetConfiguration', { key: ['HeartbeatInterval'] }])
    assert.deepEqual((await look(server, charger.identity, whole.body.requestId)).items, whole.body.items)
    for (const type of ['summary-inventory', 'monitoring']) {
      const { status, body } = await ask({ type })
      assert.deepEqual([status, body.code], [409, 'OPERATION_NOT_SUPPORTED'])
    }
  })

  it('has members for its type only', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    for (const request of [
      { type: 'full-inventory', clear: true },
      { type: 'customer-information' },
      { type: 'customer-information', idToken: { idToken: 'A' }, customerIdentifier: 'B' },
      { type: 'log' }
    ]) {
      const { status, body } = await perform(server, charger.identity, 'reports', request)
      assert.deepEqual([status, body.code], [422, 'INVALID_OPERATION'], JSON.stringify(request))
    }
    assert.deepEqual(asked, [])
  })

  for (const [protocol, action, notification, last] of [
    ['ocpp1.6', 'GetDiagnostics', 'DiagnosticsStatusNotification', 'Uploaded'],
    ['ocpp2.0.1', 'GetLog', 'LogStatusNotification', 'UploadFailure'],
    ['ocpp2.1', 'GetLog', 'LogStatusNotification', 'Uploaded']
  ] as const) {
    it(`of a log is answered when the upload is over, in ${protocol}`, async () => {
      const server = await start()
      const { charger, asked } = await play(server, protocol, (_action, payload) => {
        const { requestId } = payload as { requestId?: number }
        const notify = (status: string) =>
          charger.call(notification, { status, ...(requestId !== undefined && { requestId }) })
        unawaited(notify('Uploading').then(() => notify(last)))
        return protocol === 'ocpp1.6' ? { fileName: 'a.log' } : { status: 'Accepted', filename: 'a.log' }
      })
      const request = { type: 'log', location: 'https://user:correct-horse@files.example/logs' }
      const { status, body } = await perform(server, charger.identity, 'reports', request)
      assert.deepEqual([status, body.status, body.fileName], [200, 'complete', 'a.log'])
      const statuses = body.items.map((item: { status: string }) => item.status)
      assert.deepEqual([asked[0]?.[0], statuses], [action, ['Uploading', last]])
      assert.ok(!JSON.stringify(body).includes('correct-horse'))
    })
  }
})
