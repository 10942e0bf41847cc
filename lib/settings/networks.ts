import { BlockList, isIP } from 'node:net'

/** A network or a single address. */
export interface Network {
  address: string
  family: 'ipv4' | 'ipv6'
  /** Length of the prefix in bits. */
  prefix: number
}

/** Parses an address or a network in CIDR notation; `undefined` if it is neither. [RFC 4632 §3.1; RFC 4291 §2.3] */
export function readNetwork(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return undefined
  const length = version === 4 ? 32 : 128
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > length)) return undefined
  return { address, family: family(version), prefix: Number(bits ?? length) }
}

/** A matcher for networks that {@link readNetwork} can parse. */
export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix, family } of networks.flatMap((text) => readNetwork(text) ?? [])) {
    list.addSubnet(address, prefix, family)
  }
  return list
}

/** Returns a function that tells whether an address is in one of the networks. Text that is no address is in none. */
export function matcherOf(networks: readonly string[]): (address: string | undefined) => boolean {
  if (networks.length === 0) return () => false
  const list = blockListOf(networks)
  return (text = '') => {
    const address = plainAddress(text)
    const version = isIP(address)
    return version !== 0 && list.check(address, family(version))
  }
}

/** An IPv4 address in its own form, if a socket for both families reports it as IPv6. [RFC 4291 §2.5.5.2] */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

function family(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6'
}
