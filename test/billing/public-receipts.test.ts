import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readConfig } from '../../lib/settings/settings.js'
import { onBothBackends, operate } from '../app/support.js'
import { begin, pricing, stop, told, transactionOf } from '../money/pricing-16.js'
import type { TestServer } from '../support/server.js'
import { charge, issue, ok, priced, receiptsOf, refused, SELLER, TARIFF } from './support.js'

const PUBLIC = { ...SELLER, PUBLIC_PAGES: 'receipts', PUBLIC_URL: 'https://strom.example/laden/' }
const BEGIN = 'https://strom.example/laden/receipt/'

/** The page of a link, at which its driver arrives without a token. */
function open(server: TestServer, secret: string, method: 'GET' | 'HEAD' = 'GET') {
  return server.app.inject({ method, url: `/receipt/${secret}` })
}

async function linked(server: TestServer, identity: string) {
  const id = await charge(server, await priced(server, identity), identity)
  await issue(server)
  const [{ number }] = await receiptsOf(server, id)
  const { url } = await ok(server, 'POST', `/receipts/${number}/link`, {})
  return { number, url, secret: url.slice(BEGIN.length) }
}

onBothBackends('the page of a receipt for its driver', (start) => {
  const backend = () => start(PUBLIC)

  it('is told as the code of the final cost in 1.6, and has the receipt as soon as it is issued', async () => {
    const server = await backend()
    const { charger, inbox } = await pricing(server, 'QR', { tariff: TARIFF })
    const { transactionId } = await begin(charger, '08:00:00')
    await told(inbox, 'RunningCost')
    await stop(charger, transactionId, '09:00:00', 8333)
    const { cost, qrCodeText } = await told(inbox, 'FinalCost')
    assert.equal(cost, 4.46)
    assert.match(qrCodeText, /^https:\/\/strom\.example\/laden\/receipt\/[\w-]{22}$/)
    const secret = qrCodeText.slice(BEGIN.length)
    const early = await open(server, secret)
    assert.deepEqual(
      [early.statusCode, early.headers['retry-after'], early.headers['cache-control']],
      [200, '60', 'no-store']
    )
    assert.match(early.body, /not ready yet/)
    await issue(server)
    const { id } = await transactionOf(server, 'QR')
    const [{ number }] = await receiptsOf(server, id)
    const page = await open(server, secret)
    for (const part of [number, '4.46', 'Strom &amp; Söhne GmbH']) assert.ok(page.body.includes(part), part)
    assert.ok(!page.body.includes('ANNA<'), 'the id token is shortened')
    // The operator has the same link.
    assert.equal((await ok(server, 'GET', `/receipts/${number}/link`)).url, qrCodeText)
    assert.equal((await ok(server, 'POST', `/receipts/${number}/link`, {})).url, qrCodeText)
    // Whoever may read messages and calls may not see receipts.
    const { body } = await operate(server, 'GET', '/charge-points/QR/calls')
    assert.match(body, /FinalCost/)
    assert.ok(!body.includes(secret), 'the link is hidden in the record of the call')
  })

  it('can be listed by nobody, and loads and runs nothing', async () => {
    const server = await backend()
    const { secret } = await linked(server, 'STRICT')
    const { headers, body, statusCode } = await open(server, secret)
    assert.equal(statusCode, 200)
    assert.match(String(headers['content-type']), /^text\/html/)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
    assert.deepEqual(
      ['x-robots-tag', 'referrer-policy', 'x-content-type-options', 'cache-control'].map((name) => headers[name]),
      ['noindex', 'no-referrer', 'nosniff', 'private, max-age=60']
    )
    assert.match(body, /<meta name="robots" content="noindex">/)
    assert.equal((await open(server, secret, 'HEAD')).statusCode, 200)
  })

  it('has all documents of the transaction after a correction', async () => {
    const server = await backend()
    const { number, secret } = await linked(server, 'CORRECTED')
    const [{ session }] = (await ok(server, 'GET', '/receipts?chargePoint=CORRECTED')).items
    await ok(server, 'POST', `/transactions/${session.id}/corrections`, { energyWh: 1000, reason: 'meter <b>off</b>' })
    const { body } = await open(server, secret)
    const numbers = (await receiptsOf(server, session.id)).map((receipt: { number: string }) => receipt.number)
    assert.equal(numbers.length, 3)
    const headings = [...body.matchAll(/<h1>(?:Receipt|Credit note) (.+?)<\/h1>/g)].map(([, found]) => found)
    assert.deepEqual([headings, headings.at(-1)], [numbers, number])
    assert.ok(body.includes('meter &lt;b&gt;off'))
  })

  it('is gone when an operator revokes the link, and a charge point does not bring it back', async () => {
    const server = await backend()
    const { number, url, secret } = await linked(server, 'REVOKED')
    const [{ session }] = (await ok(server, 'GET', '/receipts?chargePoint=REVOKED')).items
    assert.equal((await operate(server, 'DELETE', `/receipts/${number}/link`)).statusCode, 204)
    const gone = await open(server, secret)
    assert.deepEqual([gone.statusCode, gone.headers['cache-control']], [404, 'no-store'])
    assert.deepEqual(await refused(server, 'GET', `/receipts/${number}/link`), [404, 'NO_RECEIPT_LINK'])
    assert.deepEqual(await refused(server, 'DELETE', `/receipts/${number}/link`), [404, 'NO_RECEIPT_LINK'])
    assert.equal(await server.app.receiptLinks.forCharger('REVOKED', session.id), undefined)
    const { url: next } = await ok(server, 'POST', `/receipts/${number}/link`, {})
    assert.notEqual(next, url)
    assert.equal((await open(server, next.slice(BEGIN.length))).statusCode, 200)
    assert.equal((await open(server, secret)).statusCode, 404)
  })

  it('says nothing to those who guess', async () => {
    const server = await backend()
    const { number, secret } = await linked(server, 'GUESSED')
    const guesses = [
      ...[number, '1', `${secret}A`, secret.slice(0, 21), secret.toUpperCase(), `${secret}%00`, '%00', '..%2f..%2f'],
      ...["'%20or%201=1--", '%3Cscript%3E', '%F0%9F%94%8C', '__proto__', 'A'.repeat(22), `${secret}%20`]
    ]
    for (const guess of guesses) {
      const { statusCode, body } = await open(server, guess)
      assert.equal(statusCode, 404, guess)
      assert.ok(!/<script>|4\.46|STRICT/.test(body), guess)
    }
    assert.deepEqual(await refused(server, 'POST', '/receipts/R-2026-999999/link', {}), [404, 'UNKNOWN_RECEIPT'])
    assert.deepEqual(await refused(server, 'DELETE', '/receipts/R-2026-999999/link'), [404, 'UNKNOWN_RECEIPT'])
  })

  it('answers an address only so often', async () => {
    const server = await start({ ...PUBLIC, PUBLIC_RATE_LIMIT: '3' })
    const { secret } = await linked(server, 'FLOOD')
    const codes: number[] = []
    for (let count = 0; count < 4; count++) codes.push((await open(server, secret)).statusCode)
    assert.deepEqual(codes, [200, 200, 200, 429])
    const late = await open(server, 'nonsense')
    assert.equal(late.statusCode, 429)
    assert.ok(Number(late.headers['retry-after']) > 0)
    // Another address is not concerned, and neither are operators.
    const other = await server.app.inject({ url: `/receipt/${secret}`, remoteAddress: '10.0.0.9' })
    assert.equal(other.statusCode, 200)
    await ok(server, 'GET', '/receipts')
  })

  it('is off unless a setting has it', async () => {
    const server = await start(SELLER)
    const { charger, inbox } = await pricing(server, 'OFF', { tariff: TARIFF })
    const { transactionId } = await begin(charger, '08:00:00')
    await told(inbox, 'RunningCost')
    await stop(charger, transactionId, '09:00:00', 8333)
    assert.equal((await told(inbox, 'FinalCost')).qrCodeText, undefined)
    await issue(server)
    const [{ number }] = (await ok(server, 'GET', '/receipts?chargePoint=OFF')).items
    assert.deepEqual(await refused(server, 'POST', `/receipts/${number}/link`, {}), [409, 'RECEIPT_PAGES_OFF'])
    assert.deepEqual(await refused(server, 'GET', `/receipts/${number}/link`), [409, 'RECEIPT_PAGES_OFF'])
    assert.equal(
      (await open(server, 'A'.repeat(22))).headers['content-type'],
      'application/problem+json; charset=utf-8'
    )
    assert.throws(() => readConfig({ PUBLIC_PAGES: 'receipts' }), /PUBLIC_URL must be set/)
    assert.throws(() => readConfig({ PUBLIC_PAGES: 'bills' }), /PUBLIC_PAGES must be/)
  })
})
