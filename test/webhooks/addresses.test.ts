import assert from 'node:assert/strict'
import dns, { type LookupAddress } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { describe, it } from 'node:test'
import { readNetwork } from '../../lib/settings/networks.js'
import { AddressRules } from '../../lib/webhooks/addresses.js'
import { checkUrl } from '../../lib/webhooks/target.js'

const NOT_ALLOWED = [
  ['this network', '0.0.0.0', '0.1.2.3'],
  ['private', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  ['this machine', '127.0.0.1', '127.255.255.254', '::1', '::'],
  ['this link, where clouds keep their metadata', '169.254.0.1', '169.254.169.254', 'fe80::1', 'febf::1'],
  ['of carriers', '100.64.0.1', '100.127.255.255'],
  ['unique local', 'fc00::1', 'fd00:ec2::254', 'fdff:ffff::1'],
  ['once site-local', 'fec0::1'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
  ['reserved and broadcast', '240.0.0.1', '255.255.255.255'],
  [
    'for protocols, documentation and benchmarks',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1'
  ],
  ['the same for IPv6', '100::1', '2001:db8::1', '3fff::1', '2001::1', '5f00::1'],
  ['IPv4 mapped', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::FFFF:192.168.0.1'],
  ['IPv4 in IPv6', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::'],
  ['no address', '', 'localhost', '127.1', '1.2.3', '::1%lo', '0x7f.0.0.1', '1.2.3.4/8']
] as const

const ALLOWED = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  '2a00:1450:4001::1'
]

function rulesOf(allowedNetworks: string[] = [], allowPrivate = false): AddressRules {
  return new AddressRules({ allowedNetworks, allowPrivate })
}

describe('an allowed address of a webhook', () => {
  for (const [what, ...addresses] of NOT_ALLOWED) {
    it(`is not ${what}`, () => {
      for (const address of addresses) assert.equal(rulesOf().allows(address), false, address)
    })
  }

  it('is any public one', () => {
    for (const address of ALLOWED) assert.equal(rulesOf().allows(address), true, address)
  })

  it('can be in an allowed private network, and in no other', () => {
    const rules = rulesOf(['10.1.0.0/16', '192.168.7.7', 'fd00:1::/32'])
    for (const address of ['10.1.0.0', '10.1.255.255', '::ffff:10.1.2.3', '192.168.7.7', 'fd00:1::9', '8.8.8.8']) {
      assert.equal(rules.allows(address), true, address)
    }
    for (const address of ['10.2.0.0', '192.168.7.8', 'fd00:2::9', '127.0.0.1']) {
      assert.equal(rules.allows(address), false, address)
    }
  })

  it('is any one when private addresses are allowed', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '8.8.8.8']) assert.ok(rulesOf([], true).allows(address))
    assert.equal(rulesOf([], true).allows('localhost'), false)
  })
})

describe('the look-up of a name', () => {
  function lookUp(rules: AddressRules, name: string, all: boolean) {
    return new Promise<{ code: string | undefined; addresses: unknown }>((resolve) => {
      rules.lookup(name, { all }, (error, addresses) => resolve({ code: error?.code, addresses }))
    })
  }

  it('finds no address that is not allowed', async () => {
    for (const all of [true, false]) {
      assert.equal((await lookUp(rulesOf(), 'localhost', all)).code, 'ADDRESS_NOT_ALLOWED')
    }
  })

  it('finds allowed addresses', async () => {
    const rules = rulesOf(['127.0.0.0/8'])
    const { code, addresses } = await lookUp(rules, 'localhost', true)
    assert.equal(code, undefined)
    assert.deepEqual(addresses, [{ address: '127.0.0.1', family: 4 }])
    assert.equal((await lookUp(rules, 'localhost', false)).addresses, '127.0.0.1')
  })

  it('fails for an unknown name', async () => {
    const { code } = await lookUp(rulesOf(), 'no-such-name.invalid', true)
    assert.ok(code === 'ENOTFOUND' || code === 'EAI_AGAIN', code)
  })
})

describe('the URL of a webhook', () => {
  const strict = { addresses: rulesOf(), allowHttp: false }
  const lenient = { addresses: rulesOf(['127.0.0.0/8', '::1']), allowHttp: true }

  it('is https to a public address, unless set otherwise', () => {
    assert.equal(checkUrl('https://example.org/hook?a=b#c', strict), 'https://example.org/hook?a=b')
    assert.equal(checkUrl('http://127.0.0.1:8080', lenient), 'http://127.0.0.1:8080/')
    assert.equal(checkUrl('http://[::1]/', lenient), 'http://[::1]/')
  })

  for (const url of [
    'http://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'example.org',
    '',
    'https://',
    'https://user@example.org/',
    'https://:secret@example.org/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://127.1/',
    'https://127。0。0。1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]/',
    'https://169.254.169.254/latest/meta-data'
  ]) {
    it(`is not ${url === '' ? 'empty' : url}`, () => {
      assert.throws(() => checkUrl(url, strict), { statusCode: 422, code: 'WEBHOOK_URL_NOT_ALLOWED' })
    })
  }
})

describe('a network', () => {
  it('is an address, perhaps with a prefix', () => {
    for (const text of ['10.0.0.0/8', '10.0.0.1', 'fd00::/8', '::1', '0.0.0.0/0']) assert.ok(readNetwork(text), text)
    for (const text of [
      '10.0.0.0/33',
      'fd00::/129',
      '10.0.0/8',
      'example.org',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '/8',
      ''
    ]) {
      assert.equal(readNetwork(text), undefined, text)
    }
  })
})

describe('a name', () => {
  it('leads to those of its addresses that are allowed, and to no other', async (t) => {
    const known: Record<string, string[]> = {
      mixed: ['10.0.0.1', '8.8.8.8', '169.254.169.254'],
      inside: ['10.0.0.1', '127.0.0.1']
    }
    const lookup = t.mock.method(
      dns,
      'lookup',
      (name: string, _options: object, callback: (...args: unknown[]) => void) =>
        callback(
          null,
          known[name]?.map((address) => ({ address, family: 4 }))
        )
    )
    syncBuiltinESMExports()
    t.after(() => {
      lookup.mock.restore()
      syncBuiltinESMExports()
    })
    const rules = new AddressRules({ allowPrivate: false, allowedNetworks: [] })
    const found = (name: string, all: boolean) =>
      new Promise((resolve) =>
        rules.lookup(name, { all }, (error, address: string | LookupAddress[]) =>
          resolve(error === null ? address : error.code)
        )
      )
    assert.deepEqual(await found('mixed', true), [{ address: '8.8.8.8', family: 4 }])
    assert.equal(await found('mixed', false), '8.8.8.8')
    assert.equal(await found('inside', true), 'ADDRESS_NOT_ALLOWED')
  })
})
