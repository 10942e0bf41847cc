import assert from 'node:assert/strict'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { matcherOf, readNetwork } from '../../lib/settings/networks.js'
import { readForwarded, readXForwarded } from '../../lib/tls/forwarded.js'
import { Proxies } from '../../lib/tls/proxies.js'

const isTrusted = matcherOf(['10.0.0.0/8', '::1'])

describe('Forwarded', () => {
  for (const [header, addresses, proto] of [
    ['for=192.0.2.43', ['192.0.2.43'], undefined],
    ['For="[2001:db8:cafe::17]:4711"', ['2001:db8:cafe::17'], undefined],
    ['for=192.0.2.60;proto=https;by=203.0.113.43', ['192.0.2.60'], 'https'],
    ['for=192.0.2.43, for="198.51.100.17:80"', ['192.0.2.43', '198.51.100.17'], undefined],
    ['for=unknown;proto=HTTPS', ['unknown'], 'https'],
    ['for="_hidden, really";proto=http', ['unknown'], 'http'],
    ['for="a\\",for=10.0.0.1";proto=https', ['unknown'], 'https'],
    // The charger came to the first proxy without TLS, however the proxies speak with each other.
    ['for=192.0.2.1;proto=http, for=10.0.0.2;proto=https', ['192.0.2.1', '10.0.0.2'], 'http'],
    // What the client says of itself stands before what the first proxy says of it.
    ['for=10.0.0.9;proto=https, for=192.0.2.1;proto=http', ['10.0.0.9', '192.0.2.1'], 'http'],
    ['for=10.0.0.9;proto=https, for=192.0.2.1', ['10.0.0.9', '192.0.2.1'], undefined],
    // The nearest that is no proxy is the client; a farther one is what the client claims.
    ['for=198.51.100.7;proto=https, for=192.0.2.1;proto=http', ['198.51.100.7', '192.0.2.1'], 'http'],
    [
      'for=198.51.100.7;proto=http, for=192.0.2.1;proto=https, for=10.0.0.2;proto=http',
      ['198.51.100.7', '192.0.2.1', '10.0.0.2'],
      'https'
    ],
    ['proto=https', ['unknown'], 'https'],
    ['', [], undefined],
    [undefined, [], undefined]
  ] as const) {
    it(`is read as RFC 7239 says: ${header}`, () => {
      assert.deepEqual(readForwarded(header, isTrusted), { for: addresses, ...(proto !== undefined && { proto }) })
    })
  }
})

it('X-Forwarded-For is read without ports, and of X-Forwarded-Proto the value of the nearest proxy', () => {
  const headers = {
    'x-forwarded-for': '192.0.2.1:5060, [2001:db8::1]:80 ,, 10.0.0.1',
    'x-forwarded-proto': 'https, HTTP'
  }
  assert.deepEqual(readXForwarded(headers), { for: ['192.0.2.1', '2001:db8::1', '10.0.0.1'], proto: 'http' })
  assert.deepEqual(readXForwarded({}), { for: [] })
  assert.deepEqual(readXForwarded({ 'x-forwarded-for': 'evil\r\n, ::1' }), { for: ['unknown', '::1'] })
})

it('values that a client writes into headers that the proxy does not set are not passed on', () => {
  const headersAfter = (remoteAddress: string) => {
    const headers = {
      forwarded: 'for=192.0.2.1;proto=https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '::1'
    }
    const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage
    new Proxies({ TRUSTED_PROXIES: ['127.0.0.1'], TRUSTED_PROXY_HEADER: 'forwarded' }).normalise(request)
    return headers as IncomingHttpHeaders
  }
  const { forwarded, ...told } = headersAfter('127.0.0.1')
  assert.ok(forwarded)
  assert.deepEqual(told, { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' })
  assert.equal(headersAfter('192.0.2.9')['x-forwarded-for'], '::1', 'Fastify does not read those of others')
})

describe('networks', () => {
  it('hold addresses of their family, and IPv4 addresses that are written as IPv6', () => {
    const isIn = matcherOf(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])
    for (const address of ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1']) {
      assert.equal(isIn(address), true, address)
    }
    for (const address of ['11.0.0.0', '192.0.2.8', '2001:db9::1', '::1', '', 'unknown', undefined, '10.0.0.1 ']) {
      assert.equal(isIn(address), false, String(address))
    }
  })

  it('without members contain no address', () => {
    assert.equal(matcherOf([])('127.0.0.1'), false)
  })

  it('can contain a whole address family', () => {
    assert.equal(matcherOf(['0.0.0.0/0'])('192.0.2.1'), true)
    assert.equal(matcherOf(['0.0.0.0/0'])('::1'), false)
    assert.deepEqual(readNetwork('::/0'), { address: '::', family: 'ipv6', prefix: 0 })
  })
})
