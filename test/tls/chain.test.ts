import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, it } from 'node:test'
import { readCertificates, tryCertificates } from '../../lib/pem.js'
import { chainFault, type Trust } from '../../lib/tls/chain.js'
import { readRevocationLists } from '../../lib/tls/revocation-lists.js'
import { Authority, type Issued } from '../support/authority.js'

const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS)

const root = await Authority.create({ O: 'Test Operator', CN: 'Root' })
const middle = await root.intermediate({ O: 'Test Operator', CN: 'Middle' })
const low = await middle.intermediate({ O: 'Test Operator', CN: 'Low' }, { kind: 'rsa' })

const parse = (pem: string) => readCertificates(pem)
const certificateOf = ({ cert }: Pick<Issued, 'cert'>) => new X509Certificate(cert)

function trust(authorities: string, more: Partial<Trust> = {}): Trust {
  return { authorities: parse(authorities), revocationLists: [], expiredMs: 0, ...more }
}

function fault({ chain }: Pick<Issued, 'chain'>, given: Trust, now?: number): string | undefined {
  const [certificate, ...sent] = parse(chain)
  assert.ok(certificate)
  return chainFault(certificate, sent, given, now)
}

const leaf = await low.issue({ CN: 'SN-1', usage: 'client' })

describe('a chain that TLS has not verified', () => {
  it('leads to a trusted root, through certificates that were sent along', () => {
    assert.equal(fault(leaf, trust(root.cert)), undefined)
    const [first, ...rest] = parse(leaf.chain)
    assert.ok(first)
    assert.equal(chainFault(first, rest.reverse(), trust(root.cert)), undefined, 'in any order')
  })

  it('may have its middle in the list of authorities', () => {
    assert.equal(fault({ chain: leaf.cert }, trust(`${root.cert}\n${middle.cert}\n${low.cert}`)), undefined)
  })

  it('does not end at an authority in the middle, as with TLS', () => {
    assert.ok(fault(leaf, trust(`${middle.cert}\n${low.cert}`)))
  })

  it('has no gap', () => {
    assert.ok(fault({ chain: leaf.cert }, trust(root.cert)))
    assert.ok(fault({ chain: `${leaf.cert}\n${low.cert}` }, trust(root.cert)))
  })

  it('does not end at a root that was sent', async () => {
    const other = await Authority.create({ O: 'Test Operator', CN: 'Root' })
    const forged = await other.issue({ CN: 'SN-1', usage: 'client' })
    assert.ok(fault({ chain: `${forged.cert}\n${other.cert}` }, trust(root.cert)))
  })

  it('has no charge point as authority', async () => {
    const charger = await root.issue({ CN: 'SN-1', usage: 'client' })
    assert.ok(fault({ chain: `${leaf.cert}\n${charger.cert}` }, trust(root.cert)))
  })

  it('has nothing that is expired, but for the certificate, and that not for long', async () => {
    const old = await root.issue({ CN: 'SN-1', usage: 'client', notBefore: ago(40), notAfter: ago(10) })
    assert.match(String(fault(old, trust(root.cert))), /expired/)
    assert.match(String(fault(old, trust(root.cert, { expiredMs: 9 * DAY_MS }))), /expired/)
    assert.equal(fault(old, trust(root.cert, { expiredMs: 11 * DAY_MS })), undefined)
    const late = Date.now() + 366 * DAY_MS
    assert.ok(fault(leaf, trust(root.cert, { expiredMs: 30 * DAY_MS }), late), 'the authorities are expired as well')
  })

  it('contains no revoked certificate, at any place and of any issuer', async () => {
    const lists = async (issuer: Authority, serialNumber: string) => ({
      revocationLists: readRevocationLists(await issuer.revocationList([serialNumber])) ?? []
    })
    const { serialNumber } = leaf
    assert.ok(fault(leaf, trust(root.cert, await lists(low, serialNumber))))
    assert.ok(fault(leaf, trust(root.cert, await lists(middle, certificateOf(low).serialNumber))))
    assert.equal(fault(leaf, trust(root.cert, await lists(root, serialNumber))), undefined, 'numbers of another issuer')
    assert.equal(fault(leaf, trust(root.cert, await lists(low, 'ff'))), undefined)
  })

  it('is for a client', async () => {
    assert.match(
      String(fault(await root.issue({ CN: 'SN-1', usage: 'server' }), trust(root.cert))),
      /not meant for TLS clients/
    )
  })

  it('has no unknown critical extension', async () => {
    const odd = await root.issue({ CN: 'SN-1', usage: 'client', unknownExtension: true })
    assert.ok(fault(odd, trust(root.cert)))
  })

  it('has no authority with a weak key', async () => {
    const weak = await root.intermediate({ O: 'Test Operator', CN: 'Weak' }, { kind: 'weak-rsa' })
    assert.ok(fault(await weak.issue({ CN: 'SN-1', usage: 'client' }), trust(root.cert)))
  })

  for (const [at, isAllowed] of [
    [{ root: 2 }, true],
    [{ root: 1 }, false],
    [{ middle: 1 }, true],
    [{ middle: 0 }, false],
    [{ low: 0 }, true],
    [{ root: 2, middle: 1, low: 0 }, true]
  ] as [Partial<Record<'root' | 'middle' | 'low', number>>, boolean][]) {
    it(`${isAllowed ? 'holds' : 'is too long'} with path lengths of ${JSON.stringify(at)}`, async () => {
      const limited = (pathLength?: number) => (pathLength === undefined ? {} : { pathLength })
      const top = await Authority.create({ O: 'Test Operator', CN: 'Root' }, limited(at.root))
      const between = await top.intermediate({ O: 'Test Operator', CN: 'Middle' }, limited(at.middle))
      const below = await between.intermediate({ O: 'Test Operator', CN: 'Low' }, limited(at.low))
      const found = fault(await below.issue({ CN: 'SN-1', usage: 'client' }), trust(top.cert))
      assert.equal(found === undefined, isAllowed, found)
    })
  }

  it('of authorities that signed each other in a circle is rejected in finite time', async () => {
    // Same names and keys: each of them has issued all of the others.
    const ring = await Authority.create({ O: 'Ring', CN: 'Ring' })
    const links: string[] = []
    for (let index = 0; index < 12; index++) links.push(await ring.crossSigned())
    const forged = await ring.issue({ CN: 'SN-1', usage: 'client' })
    assert.ok(fault({ chain: [forged.cert, ...links].join('\n') }, trust(root.cert)))
  })
})

it('a PEM file may have text between its blocks and any line ends', () => {
  const text = `subject=CN = Root\r\n${root.cert.replaceAll('\n', '\r\n')}\r\nissuer\n${middle.cert}`
  assert.deepEqual(
    readCertificates(text).map(({ serialNumber }) => serialNumber),
    [root, middle].map((authority) => certificateOf(authority).serialNumber)
  )
  const unreadable = [root.cert.replace('-----END', ''), root.cert.replace(/\n.{64}/, '')]
  for (const bad of ['', 'nonsense', ...unreadable]) {
    assert.deepEqual(tryCertificates(bad), [])
  }
  for (const bad of unreadable) {
    assert.throws(() => readCertificates(bad))
    assert.throws(() => readRevocationLists(bad.replaceAll('CERTIFICATE', 'X509 CRL')))
  }
})
