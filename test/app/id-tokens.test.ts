import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { NamedTransaction } from '../../lib/ledger/queries.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onBothBackends, operate } from './support.js'

const CLOSED = { OCPP_OPEN_REGISTRATION: 'true', UNKNOWN_ID_TOKENS: 'reject' }
const PAST = '2020-01-01T00:00:00.000Z'
const FUTURE = '2090-01-01T00:00:00.000Z'

async function give(server: TestServer, idToken: string, payload: object) {
  const response = await operate(server, 'PUT', `/id-tokens/${encodeURIComponent(idToken)}`, payload)
  assert.ok([200, 201].includes(response.statusCode), response.body)
  return response
}

async function infoOf(charger: Charger, idTag: string): Promise<unknown> {
  const answer = await charger.call('Authorize', { idTag })
  return answer.type === 3 ? answer.payload.idTagInfo : answer
}

async function infoOf2(charger: Charger, idToken: object, more: object = {}): Promise<Record<string, unknown>> {
  const answer = await charger.call('Authorize', { idToken, ...more })
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** A row of another type, which the table allows and the API does not make. */
async function insertSecond({ app }: TestServer, idToken: string, type: string) {
  const now = Date.now()
  const values = { token_key: idToken.toLowerCase(), id_token: idToken, type, created_at: now, updated_at: now }
  await app.store.write((trx) => trx.insertInto('id_tokens').values(values).execute())
}

onBothBackends('an id token', (start) => {
  it('is created, changed, listed and removed by operators, whatever its case', async () => {
    const server = await start()
    const made = await give(server, 'Abc-1', { type: 'ISO14443', groupId: 'FLEET', expiresAt: FUTURE })
    assert.equal(made.statusCode, 201)
    const { createdAt, updatedAt, ...token } = made.json()
    assert.ok(createdAt && updatedAt)
    const expected = { idToken: 'Abc-1', type: 'ISO14443', status: 'Accepted', groupId: 'FLEET', expiresAt: FUTURE }
    assert.deepEqual(token, { ...expected, masterGroup: false })
    const changed = await give(server, 'ABC-1', { status: 'Blocked', groupId: null })
    assert.equal(changed.statusCode, 200)
    assert.deepEqual(
      [changed.json().status, changed.json().groupId, changed.json().expiresAt],
      ['Blocked', undefined, FUTURE]
    )
    const one = await operate(server, 'GET', '/id-tokens/abc-1')
    assert.deepEqual(one.json(), changed.json())
    const listed = await operate(server, 'GET', '/id-tokens?q=bc-&status=Blocked')
    assert.deepEqual(listed.json().items, [changed.json()])
    assert.equal((await operate(server, 'DELETE', '/id-tokens/aBC-1')).statusCode, 204)
    assert.equal((await operate(server, 'DELETE', '/id-tokens/aBC-1')).statusCode, 404)
    assert.equal((await operate(server, 'GET', '/id-tokens/abc-1')).statusCode, 404)
  })

  it('is listed page by page, each once', async () => {
    const server = await start()
    for (const name of ['page-1', 'page-2', 'page-3']) await give(server, name, { groupId: 'PAGES' })
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const path = `/id-tokens?groupId=PAGES&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { items, nextCursor } = (await operate(server, 'GET', path)).json()
      found.push(...items.map(({ idToken }: { idToken: string }) => idToken))
      if (nextCursor === undefined) break
      cursor = nextCursor
    }
    assert.deepEqual(found, ['page-1', 'page-2', 'page-3'])
  })

  it('is in the file of all that match, whatever the page, and is no formula there', async () => {
    const server = await start()
    for (let index = 0; index < 5; index++) await give(server, `file-${index}`, { groupId: 'FILE', type: 'Central' })
    await give(server, 'file-5', { groupId: 'FILE', notes: '=1+1, "x"', expiresAt: FUTURE })
    const { headers, body } = await operate(server, 'GET', '/id-tokens?groupId=FILE&limit=2&format=csv')
    assert.match(String(headers['content-type']), /^text\/csv/)
    assert.match(String(headers['content-disposition']), /filename="id-tokens\.csv"/)
    const [head, ...lines] = body.trimEnd().split('\r\n')
    assert.equal(
      head,
      'idToken,type,status,groupId,masterGroup,expiresAt,language,notes,createdAt,updatedAt,transactionLimit,chargingNeeds'
    )
    assert.deepEqual(
      lines.map((line) => line.split(',')[0]),
      Array.from({ length: 6 }, (_, index) => `file-${index}`)
    )
    assert.match(lines[0] ?? '', /^file-0,Central,Accepted,FILE,false,,,,20/)
    assert.ok(lines[5]?.startsWith(`file-5,,Accepted,FILE,false,${FUTURE},,"'=1+1, ""x""",`), lines[5])
    assert.equal((await operate(server, 'GET', '/id-tokens?format=pdf')).statusCode, 400)
  })

  it('is sent to a 1.6 charge point with its status, expiry and parent', async () => {
    const server = await start(CLOSED)
    const charger = await connectCharger(server.url, 'told-16', { boot: true })
    await give(server, 'Good', { groupId: 'FLEET', expiresAt: FUTURE })
    await give(server, 'Blocked', { status: 'Blocked' })
    await give(server, 'Late', { expiresAt: PAST })
    await give(server, 'Broke', { status: 'NoCredit' })
    await give(server, 'Long', { groupId: 'x'.repeat(21) })
    assert.deepEqual(await infoOf(charger, 'gOOD'), { status: 'Accepted', expiryDate: FUTURE, parentIdTag: 'FLEET' })
    assert.deepEqual(await infoOf(charger, 'Blocked'), { status: 'Blocked' })
    assert.deepEqual(await infoOf(charger, 'Late'), { status: 'Expired', expiryDate: PAST })
    assert.deepEqual(await infoOf(charger, 'Broke'), { status: 'Invalid' })
    assert.deepEqual(await infoOf(charger, 'Long'), { status: 'Accepted' })
    assert.deepEqual(await infoOf(charger, 'Unknown'), { status: 'Invalid' })
  })

  it('is found by any part of it, taken literally', async () => {
    const server = await start()
    for (const name of ['LIT_1', 'LITX1', 'LIT%2', 'LIT\\3', "LIT'4"]) await give(server, name, { groupId: 'Lit' })
    const found = async (query: string) => {
      const { items } = (await operate(server, 'GET', `/id-tokens?${query}`)).json()
      return items.map(({ idToken }: { idToken: string }) => idToken)
    }
    assert.deepEqual(await found('q=LIT_1'), ['LIT_1'])
    assert.deepEqual(await found('q=lit_'), ['LIT_1'])
    assert.deepEqual(await found(`q=${encodeURIComponent('%')}`), ['LIT%2'])
    assert.deepEqual(await found(`q=${encodeURIComponent('t\\3')}`), ['LIT\\3'])
    assert.deepEqual(await found(`q=${encodeURIComponent("'")}`), ["LIT'4"])
    assert.equal((await found('groupId=LIT')).length, 5, 'groups do not regard case')
  })

  it('is Blocked with every type that it is presented with', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'accept' })
    await give(server, 'Stolen', { type: 'ISO14443', status: 'Blocked' })
    const old = await connectCharger(server.url, 'blocked-16', { boot: true })
    assert.deepEqual(await infoOf(old, 'STOLEN'), { status: 'Blocked' })
    for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
      const charger = await connectCharger(server.url, `blocked-${protocol}`, { protocol, boot: true })
      for (const type of ['ISO14443', 'ISO15693', 'Central', 'KeyCode']) {
        const told = await infoOf2(charger, { idToken: 'stolen', type })
        assert.deepEqual(told, { idTokenInfo: { status: 'Blocked' } }, type)
      }
      const timestamp = '2026-01-01T00:00:00Z'
      const started = await charger.call('TransactionEvent', {
        eventType: 'Started',
        timestamp,
        triggerReason: 'Authorized',
        seqNo: 0,
        transactionInfo: { transactionId: `stolen-${protocol}` },
        evse: { id: 1 },
        idToken: { idToken: 'Stolen', type: 'Central' }
      })
      assert.deepEqual(started.type === 3 && started.payload.idTokenInfo, { status: 'Blocked' })
    }
  })

  it('of exactly the presented type decides, though one of another type is blocked', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'accept' })
    await give(server, 'Twice', { type: 'eMAID', status: 'Blocked' })
    await insertSecond(server, 'Twice', 'ISO14443')
    const charger = await connectCharger(server.url, 'twice', { protocol: 'ocpp2.0.1', boot: true })
    const status = async (type: string) => (await infoOf2(charger, { idToken: 'TWICE', type })).idTokenInfo
    assert.deepEqual(await status('ISO14443'), { status: 'Accepted' })
    assert.deepEqual(await status('eMAID'), { status: 'Blocked' })
    assert.deepEqual(await status('Central'), { status: 'Blocked' })
    // 1.6 knows no types, so that no row is exactly the one.
    const old = await connectCharger(server.url, 'twice-16', { boot: true })
    assert.deepEqual(await infoOf(old, 'twice'), { status: 'Blocked' })
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is sent to an ${protocol} charge point with its group, by its type`, async () => {
      const server = await start(CLOSED)
      const charger = await connectCharger(server.url, `told-${protocol}`, { protocol, boot: true })
      await give(server, 'Typed', { type: 'ISO14443', groupId: 'FLEET', expiresAt: FUTURE, language: 'nl' })
      await give(server, 'Any', { status: 'NotAtThisTime' })
      assert.deepEqual(await infoOf2(charger, { idToken: 'TYPED', type: 'ISO14443' }), {
        idTokenInfo: {
          status: 'Accepted',
          cacheExpiryDateTime: FUTURE,
          groupIdToken: { idToken: 'FLEET', type: 'Central' },
          language1: 'nl'
        }
      })
      const invalid = { idTokenInfo: { status: 'Invalid' } }
      assert.deepEqual(await infoOf2(charger, { idToken: 'TYPED', type: 'ISO15693' }), invalid)
      for (const type of ['Central', 'eMAID', 'KeyCode', 'Local', 'MacAddress', 'ISO15693']) {
        assert.deepEqual(await infoOf2(charger, { idToken: 'Nobody', type }), invalid, type)
        assert.deepEqual(await infoOf2(charger, { idToken: 'Any', type }), { idTokenInfo: { status: 'NotAtThisTime' } })
      }
      const accepted = { idTokenInfo: { status: 'Accepted' } }
      assert.deepEqual(await infoOf2(charger, { idToken: '', type: 'NoAuthorization' }), accepted)
    })

    it(`is refused with a contract certificate that cannot be verified, in ${protocol}`, async () => {
      const server = await start()
      const charger = await connectCharger(server.url, `pnc-${protocol}`, { protocol, boot: true })
      await give(server, 'DE8AA1A2B3C4D59', { type: 'eMAID' })
      const idToken = { idToken: 'DE8AA1A2B3C4D59', type: 'eMAID' }
      const certificate = { certificate: '-----BEGIN CERTIFICATE-----' }
      const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: 'c' }
      const hashes = { iso15118CertificateHashData: [{ ...hash, responderURL: 'http://127.0.0.1/' }] }
      const invalid = { idTokenInfo: { status: 'Invalid' } }
      assert.deepEqual(await infoOf2(charger, idToken), { idTokenInfo: { status: 'Accepted' } })
      assert.deepEqual(await infoOf2(charger, idToken, certificate), {
        ...invalid,
        certificateStatus: 'CertChainError'
      })
      assert.deepEqual(await infoOf2(charger, idToken, hashes), {
        ...invalid,
        certificateStatus: 'NoCertificateAvailable'
      })
    })
  }

  it('is accepted when it is unknown and the setting allows it', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'accept' })
    const charger = await connectCharger(server.url, 'accepts', { boot: true })
    assert.deepEqual(await infoOf(charger, 'Never-seen'), { status: 'Accepted' })
  })

  it('is rejected with invalid members', async () => {
    const server = await start()
    for (const payload of [{ status: 'accepted' }, { expiresAt: 'tomorrow' }, { groupId: '' }, { colour: 'red' }]) {
      const response = await operate(server, 'PUT', '/id-tokens/nonsense', payload)
      assert.equal(response.statusCode, 400, JSON.stringify(payload))
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
    }
    for (const path of ['/id-tokens?cursor=!', '/id-tokens?limit=0', '/id-tokens?limit=1001', '/id-tokens?status=x']) {
      assert.equal((await operate(server, 'GET', path)).statusCode, 400, path)
    }
    assert.equal((await operate(server, 'GET', '/id-tokens/nonsense')).statusCode, 404)
  })
})

onBothBackends('an id token that has a transaction open', (start) => {
  for (const [isOn, status] of [
    ['true', 'ConcurrentTx'],
    ['false', 'Accepted']
  ] as const) {
    it(`is ${status} for another one when ID_TOKENS_CONCURRENT_TX is ${isOn}`, async () => {
      const server = await start({ ID_TOKENS_CONCURRENT_TX: isOn })
      const charger = await connectCharger(server.url, `busy-${isOn}`, { boot: true })
      const idTag = `BUSY-${isOn}`
      const payload = { connectorId: 1, idTag, meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
      const started = await charger.call('StartTransaction', payload)
      const own = started.type === 3 ? String(started.payload.transactionId) : ''
      const { idTokens } = server.app
      const statusOf = async (starts: NamedTransaction | 'new', token = idTag) =>
        (await idTokens.info(token, undefined, { starts })).status
      assert.equal(await statusOf('new', idTag.toLowerCase()), status)
      assert.equal(await statusOf({ chargePoint: charger.identity, transactionId: 'another' }), status)
      // The same id at another charge point is another transaction.
      assert.equal(await statusOf({ chargePoint: 'ELSEWHERE', transactionId: own }), status)
      assert.equal(await statusOf({ chargePoint: charger.identity.toUpperCase(), transactionId: own }), 'Accepted')
      assert.equal((await idTokens.info(idTag)).status, 'Accepted')
      assert.deepEqual(await infoOf(charger, idTag), { status: 'Accepted' })
    })
  }
})
