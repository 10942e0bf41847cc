import { type LookupAddress, type LookupOptions, lookup as resolve } from 'node:dns'
import { type BlockList, isIP, type LookupFunction } from 'node:net'
import { blockListOf } from '../settings/networks.js'
import { NotAllowedError } from './errors.js'

/**
 * Networks that cannot be reached over the internet, or lead to internal hosts. Webhooks must not use them. [V19; IANA
 * special-purpose registries]
 */
const SPECIAL = [
  '0.0.0.0/8',
  // Private [RFC 1918], shared by carriers [RFC 6598], this machine, this link
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  // Protocols, documentation, 6to4 relays, benchmarks
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast, reserved, broadcast
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  // IPv4 in IPv6: compatible, translated [RFC 6052, RFC 8215], 6to4, Teredo. Mapped addresses are checked as IPv4.
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/23',
  '2002::/16',
  '100::/64',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  // Unique local, this link, once site-local, multicast
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8'
]

export interface AddressSettings {
  /** Whether any address is allowed. */
  allowPrivate: boolean
  /** Private networks that webhooks may use in spite of the rules above. */
  allowedNetworks: readonly string[]
}

const NO_ADDRESS = 'the name has no address that is allowed'

/** Decides which addresses webhooks may use. */
export class AddressRules {
  readonly #allowsAll: boolean
  readonly #allowed: BlockList
  readonly #special = blockListOf(SPECIAL)

  constructor({ allowPrivate, allowedNetworks }: AddressSettings) {
    this.#allowsAll = allowPrivate
    this.#allowed = blockListOf(allowedNetworks)
  }

  /** @param address IPv4 or IPv6; anything else is not allowed */
  allows(address: string): boolean {
    const family = isIP(address)
    if (family === 0) return false
    if (this.#allowsAll) return true
    const type = family === 6 ? 'ipv6' : 'ipv4'
    return this.#allowed.check(address, type) || !this.#special.check(address, type)
  }

  /**
   * Resolves host names to allowed addresses only. Called for every connection, because the address of a name may
   * change.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const all: LookupOptions & { all: true } = { ...options, all: true }
    resolve(hostname, all, (error, addresses) => {
      const allowed = (addresses ?? []).filter(({ address }) => this.allows(address))
      const [first] = allowed
      if (error !== null) callback(error, [])
      else if (first === undefined) callback(new NotAllowedError('ADDRESS_NOT_ALLOWED', NO_ADDRESS), [])
      else answer(callback, options.all === true, allowed, first)
    })
  }
}

function answer(
  callback: Parameters<LookupFunction>[2],
  wantsAll: boolean,
  allowed: LookupAddress[],
  first: LookupAddress
): void {
  if (wantsAll) callback(null, allowed)
  else callback(null, first.address, first.family)
}
