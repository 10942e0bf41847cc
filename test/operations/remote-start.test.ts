import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PublishedEvent } from '../../lib/events/event.js'
import type {} from '../../plugins/publisher.js'
import { BEARER, onBothBackends, operate, shareBackend } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { type Charger, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

/** Whether a charge point starts the transaction that it was asked for. */

const SOON = { REMOTE_START_TIMEOUT: '1' }
const VERSIONS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const
type Version = (typeof VERSIONS)[number]

/** The back-ends are shared: each test has charge points of its own. */
const identityOf = (what: string, protocol: Version) => `${what}-${protocol.slice(4)}`

interface Start {
  outcome: string
  id?: number
  transactionId?: string
  idToken?: string
}
type RemoteStart = Start & { messageId: string; remoteStartId?: number }

async function connect(server: TestServer, identity: string, protocol: Version = 'ocpp1.6'): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  return charger.onCall(() => ({ status: 'Accepted' }))
}

/** The operation: its message id, its remote start id and what it says of the start. */
async function ask(server: TestServer, identity: string, more: object = {}, headers: Record<string, string> = {}) {
  const response = await server.app.inject({
    method: 'POST',
    url: `/api/v1/charge-points/${identity}/operations/start`,
    headers: { ...BEARER, ...headers },
    payload: { idToken: { idToken: 'DRIVER-0001' }, evseId: 1, ...more }
  })
  assert.equal(response.statusCode, 200, response.body)
  const answer = response.json()
  const { messageId } = answer.calls[0]
  return { answer, messageId, remoteStartId: answer.remoteStartId, start: answer.start, headers: response.headers }
}

/** The charge point starts a transaction in its version. */
async function begin(
  charger: Charger,
  { idTag = 'DRIVER-0001', connectorId = 1, remoteStartId, transactionId = 'tx-1', at = Date.now() }: Begun = {}
): Promise<void> {
  const timestamp = new Date(at).toISOString()
  if (charger.protocol === 'ocpp1.6') {
    await book(charger, 'StartTransaction', { connectorId, idTag, meterStart: 100, timestamp })
    return
  }
  const event = event2('Started', 0, timestamp, { idTag })
  const transactionInfo = { transactionId, ...(remoteStartId !== undefined && { remoteStartId }) }
  await book(charger, 'TransactionEvent', { ...event, transactionInfo, evse: { id: connectorId } })
}

interface Begun {
  idTag?: string
  connectorId?: number
  remoteStartId?: number | undefined
  transactionId?: string
  at?: number
}

async function startOf(server: TestServer, messageId: string): Promise<Start | undefined> {
  return (await operate(server, 'GET', `/calls/${messageId}`)).json().start
}

async function shows(server: TestServer, messageId: string, outcome: string): Promise<Start> {
  const end = performance.now() + 10_000
  for (;;) {
    const start = await startOf(server, messageId)
    if (start?.outcome === outcome) return start
    assert.ok(performance.now() < end, `${start?.outcome} in place of ${outcome}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** The events of the remote starts of this charge point. */
function listen({ app }: TestServer, chargePoint: string): RemoteStart[] {
  const told: RemoteStart[] = []
  const note = (event: PublishedEvent) => {
    if (event.type !== 'remote-start' || event.chargePoint !== chargePoint) return
    told.push((event.whole ?? event.data) as RemoteStart)
  }
  after(app.publisher.subscribe(note))
  return told
}

onBothBackends('a remote start', (start) => {
  describe('with the default timeout', () => {
    const backend = shareBackend(start)

    for (const protocol of VERSIONS) {
      it(`is seen when the charge point starts the transaction, in ${protocol}`, async () => {
        const server = backend()
        const identity = identityOf('SEEN', protocol)
        const told = listen(server, identity)
        const charger = await connect(server, identity, protocol)
        const asked = await ask(server, identity)
        assert.deepEqual(asked.start, { outcome: 'pending' })
        assert.deepEqual(await startOf(server, asked.messageId), { outcome: 'pending' })
        await begin(charger, asked)
        const seen = await shows(server, asked.messageId, 'seen')
        const [transaction] = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json().items
        assert.deepEqual(seen, {
          outcome: 'seen',
          id: transaction.id,
          transactionId: transaction.transactionId,
          idToken: 'DRIVER-0001'
        })
        await until('it is told', () => told.length === 1)
        const { remoteStartId } = asked
        const expected = { messageId: asked.messageId, ...(remoteStartId !== undefined && { remoteStartId }), ...seen }
        assert.deepEqual(told, [expected])
        const { items } = (await operate(server, 'GET', `/charge-points/${identity}/calls`)).json()
        assert.deepEqual(
          items.map(({ start }: { start: Start }) => start),
          [seen]
        )
      })

      it(`is otherIdToken when another id token started the transaction, in ${protocol}`, async () => {
        const server = backend()
        const identity = identityOf('OTHER', protocol)
        const told = listen(server, identity)
        const charger = await connect(server, identity, protocol)
        const { messageId, remoteStartId } = await ask(server, identity)
        await begin(charger, { idTag: 'CHARGER-CARD', remoteStartId })
        const { idToken, id } = await shows(server, messageId, 'otherIdToken')
        assert.equal(idToken, 'CHARGER-CARD')
        await until('it is told', () => told.length === 1)
        assert.deepEqual([told[0]?.outcome, told[0]?.idToken, told[0]?.id], ['otherIdToken', 'CHARGER-CARD', id])
      })

      it(`is seen when the transaction starts before the answer, in ${protocol}`, async () => {
        const server = backend()
        const identity = identityOf('EARLY', protocol)
        const told = listen(server, identity)
        const charger = await connect(server, identity, protocol)
        charger.onCall(async (_, payload) => {
          await begin(charger, { remoteStartId: (payload as { remoteStartId?: number }).remoteStartId })
          return { status: 'Accepted' }
        })
        const { messageId } = await ask(server, identity)
        await shows(server, messageId, 'seen')
        await until('it is told', () => told.length > 0)
        await nextTurn()
        assert.deepEqual(
          told.map(({ outcome }) => outcome),
          ['seen']
        )
      })
    }

    it('takes the transaction on its own connector when two are under way', async () => {
      const server = backend()
      for (const protocol of VERSIONS) {
        const identity = `TWO-${protocol.slice(4)}`
        const charger = await connect(server, identity, protocol)
        const [one, two] = await Promise.all([ask(server, identity), ask(server, identity, { evseId: 2 })])
        const { remoteStartId } = two
        await begin(charger, { connectorId: 2, remoteStartId, transactionId: 'tx-2' })
        const second = await shows(server, two.messageId, 'seen')
        assert.deepEqual(await startOf(server, one.messageId), { outcome: 'pending' })
        await begin(charger, one)
        const first = await shows(server, one.messageId, 'seen')
        assert.notEqual(first.id, second.id)
      }
    })

    it('without a connector takes a transaction on any, and its own id token before another, in ocpp1.6', async () => {
      const server = backend()
      const charger = await connect(server, 'ANY')
      const ownBody = { idToken: { idToken: 'OWN' }, evseId: undefined }
      const own = await ask(server, 'ANY', ownBody)
      const other = await ask(server, 'ANY', { idToken: { idToken: 'LOCAL' }, evseId: undefined })
      await begin(charger, { idTag: 'local', connectorId: 2 })
      await shows(server, other.messageId, 'seen')
      assert.deepEqual(await startOf(server, own.messageId), { outcome: 'pending' })
      await begin(charger, { idTag: 'PASSER-BY', connectorId: 3 })
      await shows(server, own.messageId, 'otherIdToken')
      // The one that was asked for comes after all.
      await begin(charger, { idTag: 'OWN', connectorId: 1 })
      assert.equal((await shows(server, own.messageId, 'seen')).idToken, 'OWN')
    })

    it('is seen when the transaction starts although the charge point never answered', async () => {
      const server = backend()
      const told = listen(server, 'MUTE')
      const charger = await connect(server, 'MUTE')
      charger.onCall(() => NO_ANSWER)
      const url = '/charge-points/MUTE/calls/RemoteStartTransaction'
      const answer = await operate(server, 'POST', `${url}?timeout=50`, { idTag: 'DRIVER-0001' })
      assert.equal(answer.statusCode, 504)
      const { messageId } = (await operate(server, 'GET', '/charge-points/MUTE/calls')).json().items[0]
      assert.equal(await startOf(server, messageId), undefined)
      await begin(charger)
      await shows(server, messageId, 'seen')
      await until('it is told', () => told.length === 1)
    })

    it('is watched when it is sent as a raw, an asynchronous, a queued or a bulk call', async () => {
      const server = backend()
      const payload = { idTag: 'DRIVER-0001', connectorId: 1 }
      const url = (identity: string) => `/api/v1/charge-points/${identity}/calls/RemoteStartTransaction`
      const send = async (identity: string, query = '', headers = {}) =>
        server.app.inject({ method: 'POST', url: url(identity) + query, headers: { ...BEARER, ...headers }, payload })
      const seen = async (identity: string, messageId: string) => {
        await shows(server, messageId, 'pending')
        const charger = chargers.get(identity)
        assert.ok(charger)
        await begin(charger)
        await shows(server, messageId, 'seen')
      }
      const chargers = new Map<string, Charger>()
      for (const identity of ['RAW', 'ASYNC', 'BULK']) chargers.set(identity, await connect(server, identity))
      await seen('RAW', (await send('RAW')).json().messageId)
      await seen('ASYNC', (await send('ASYNC', '', { prefer: 'respond-async' })).json().messageId)

      await operate(server, 'PUT', '/charge-points/QUEUED', {})
      const queued = await send('QUEUED', '?whenOffline=queue')
      assert.equal(queued.statusCode, 202)
      chargers.set('QUEUED', await connect(server, 'QUEUED'))
      await seen('QUEUED', queued.json().messageId)

      const body = { action: 'RemoteStartTransaction', payload, identities: ['BULK'] }
      const bulk = (await operate(server, 'POST', '/calls', body)).json()
      assert.deepEqual(bulk.items[0].start, { outcome: 'pending' })
      await seen('BULK', bulk.items[0].messageId)
      const { items } = (await operate(server, 'GET', `/bulk-calls/${bulk.bulkId}/items`)).json()
      assert.equal(items[0].start.outcome, 'seen')
    })

    it("delays the response at most as long as the operator's Prefer header says", async () => {
      const server = backend()
      const charger = await connect(server, 'WAIT')
      let answered = false
      const waiting = ask(server, 'WAIT', {}, { prefer: 'wait=30' })
      waiting.then(
        () => (answered = true),
        () => undefined
      )
      await until('the call is answered', () => charger.received.some((text) => text.startsWith('[2,')))
      const { items } = (await operate(server, 'GET', '/charge-points/WAIT/calls')).json()
      assert.equal(items.length <= 1, true)
      assert.equal(answered, false)
      await begin(charger)
      const seen = await within('the answer', waiting)
      assert.equal(seen.start.outcome, 'seen')
      assert.equal(seen.headers['preference-applied'], 'wait=30')
      const patient = await ask(server, 'WAIT', { evseId: 2 }, { prefer: 'wait=1' })
      assert.deepEqual(patient.start, { outcome: 'pending' })
    })

    it('shows its transaction only to operators that may read transactions', async () => {
      const server = backend()
      const charger = await connect(server, 'SCOPES')
      const { messageId } = await ask(server, 'SCOPES')
      await begin(charger)
      const { id, transactionId } = await shows(server, messageId, 'seen')
      const read = async (...scopes: string[]) => {
        const created = await operate(server, 'POST', '/operator-tokens', { name: `reader-${scopes.length}`, scopes })
        assert.equal(created.statusCode, 201, created.body)
        const headers = { authorization: `Bearer ${created.json().token}` }
        return (await server.app.inject({ url: `/api/v1/calls/${messageId}`, headers })).json().start
      }
      assert.deepEqual(await read('charge-points:read'), { outcome: 'seen' })
      const shown = await read('charge-points:read', 'transactions:read')
      assert.deepEqual([shown.outcome, shown.id, shown.transactionId], ['seen', id, transactionId])
      assert.ok(shown.idToken !== 'DRIVER-0001' && shown.idToken.length > 0, shown.idToken)
      const whole = await read('charge-points:read', 'transactions:read', 'id-tokens:read')
      assert.equal(whole.idToken, 'DRIVER-0001')
    })

    it('leaves other calls without a start', async () => {
      const server = backend()
      await connect(server, 'RESET')
      const { messageId } = (await operate(server, 'POST', '/charge-points/RESET/calls/ClearCache', {})).json()
      assert.equal('start' in (await operate(server, 'GET', `/calls/${messageId}`)).json(), false)
    })

    // The last test of the shared back-end, because it closes it.
    it('does not delay the end of the process while a request waits for it', async () => {
      const server = backend()
      const charger = await connect(server, 'CLOSING')
      const waiting = ask(server, 'CLOSING', {}, { prefer: 'wait=300' })
      await until('the charge point is asked', () => charger.received.some((text) => text.startsWith('[2,')))
      const closed = server.close()
      assert.equal((await within('the answer', waiting)).start.outcome, 'pending')
      await within('the end', closed)
    })
  })

  describe('with a timeout of one second', () => {
    const backend = shareBackend(start, SOON)

    // At once, because most of their time is waiting for the timeout.
    const inAllVersions = (test: (protocol: Version) => Promise<void>) => async () => {
      await Promise.all(VERSIONS.map(test))
    }

    it(
      'is notSeen after the timeout, and seen when the transaction starts later, in all versions',
      inAllVersions(async (protocol) => {
        const server = backend()
        const identity = identityOf('LATE', protocol)
        const told = listen(server, identity)
        const charger = await connect(server, identity, protocol)
        const { messageId, remoteStartId } = await ask(server, identity)
        assert.deepEqual(await shows(server, messageId, 'notSeen'), { outcome: 'notSeen' })
        // As a charge point that was away in between.
        await charger.close()
        const again = await connect(server, identity, protocol)
        await begin(again, { remoteStartId })
        await shows(server, messageId, 'seen')
        await until('both are told', () => told.length === 2)
        assert.deepEqual(
          told.map(({ outcome }) => outcome),
          ['notSeen', 'seen']
        )
      })
    )

    it(
      'has no outcome when the charge point rejects it, in all versions',
      inAllVersions(async (protocol) => {
        const server = backend()
        const identity = identityOf('REJECTED', protocol)
        const told = listen(server, identity)
        const charger = await connect(server, identity, protocol)
        charger.onCall(() => ({ status: 'Rejected' }))
        const rejected = await ask(server, identity)
        assert.equal(rejected.answer.status, 'rejected')
        assert.equal(rejected.start, undefined)
        charger.onCall(() => new ErrorAnswer('NotSupported'))
        const action = protocol === 'ocpp1.6' ? 'RemoteStartTransaction' : 'RequestStartTransaction'
        const payload =
          protocol === 'ocpp1.6'
            ? { idTag: 'DRIVER-0001' }
            : { idToken: { idToken: 'DRIVER-0001', type: 'Central' }, remoteStartId: 7 }
        await operate(server, 'POST', `/charge-points/${identity}/calls/${action}`, payload)
        await begin(charger, { remoteStartId: rejected.remoteStartId ?? 7 })
        // One that is accepted and never seen: by then the others would have been told of.
        charger.onCall(() => ({ status: 'Accepted' }))
        const last = await ask(server, identity)
        await shows(server, last.messageId, 'notSeen')
        const { items } = (await operate(server, 'GET', `/charge-points/${identity}/calls`)).json()
        assert.deepEqual(
          items.map(({ start }: { start?: Start }) => start?.outcome),
          ['notSeen', undefined, undefined]
        )
        assert.deepEqual(
          told.map(({ messageId }) => messageId),
          [last.messageId]
        )
      })
    )

    it(
      'never takes the transaction of another charge point, in all versions',
      inAllVersions(async (protocol) => {
        const server = backend()
        const [mine, other] = [identityOf('MINE', protocol), identityOf('THEIRS', protocol)]
        await connect(server, mine, protocol)
        const stranger = await connect(server, other, protocol)
        const { messageId, remoteStartId } = await ask(server, mine)
        await begin(stranger, { remoteStartId })
        await begin(stranger, { remoteStartId, idTag: 'CHARGER-CARD', connectorId: 2, transactionId: 'tx-2' })
        assert.deepEqual(await shows(server, messageId, 'notSeen'), { outcome: 'notSeen' })
      })
    )

    it('does not take an older transaction that the charge point had queued, in ocpp1.6', async () => {
      const server = backend()
      const charger = await connect(server, 'QUEUE')
      const { messageId } = await ask(server, 'QUEUE')
      await begin(charger, { at: Date.now() - 3_600_000 })
      await shows(server, messageId, 'notSeen')
    })
  })

  it('has an outcome after a restart of the back-end', async () => {
    const first = await start({ REMOTE_START_TIMEOUT: '2' })
    const asked = VERSIONS.map(async (protocol) => {
      const [seen, never] = [identityOf('RESTART', protocol), identityOf('NEVER', protocol)]
      await connect(first, seen, protocol)
      await connect(first, never, protocol)
      return { protocol, seen, asked: await ask(first, seen), lost: await ask(first, never) }
    })
    const starts = await Promise.all(asked)
    await first.close()
    const second = await start({ REMOTE_START_TIMEOUT: '2' })
    for (const { protocol, seen, asked } of starts) {
      const charger = await connect(second, seen, protocol)
      await begin(charger, asked)
    }
    for (const { asked, lost } of starts) {
      await shows(second, asked.messageId, 'seen')
      await shows(second, lost.messageId, 'notSeen')
    }
  })

  it('is seen after a restart when the process ended before it could publish the event', async () => {
    const first = await start()
    const asked = VERSIONS.map(async (protocol) => {
      const identity = identityOf('CRASH', protocol)
      const charger = await connect(first, identity, protocol)
      return { identity, charger, asked: await ask(first, identity) }
    })
    const starts = await Promise.all(asked)
    // Nothing is told any more, as if the process had been killed right after the transactions were stored.
    first.app.remoteStarts.drain()
    await first.app.remoteStarts.stop()
    for (const { charger, asked } of starts) await begin(charger, asked)
    await first.close()
    const second = await start()
    const listened = starts.map(({ identity, asked }) => ({ asked, told: listen(second, identity) }))
    for (const { asked, told } of listened) {
      await shows(second, asked.messageId, 'seen')
      assert.ok(told.length <= 1)
    }
  })
})
