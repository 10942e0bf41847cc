/** Maximum length of an address, because a trusted proxy may pass on any text. */
const MAX_LENGTH = 64
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i
const GROUPS = 8
const NETWORK_GROUPS = 4

/** Key under which connections are counted: an IPv4 address, or an IPv6 /64, in which a host may use any address. */
export function addressKey(address: string): string {
  if (!address.includes(':') || address.length > MAX_LENGTH) return address.slice(0, MAX_LENGTH)
  return MAPPED.exec(address)?.[1] ?? network(address)
}

function network(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = groupsOf(head)
  if (tail !== undefined) {
    const missing = GROUPS - groups.length - groupsOf(tail).length
    for (let index = 0; index < missing && groups.length < NETWORK_GROUPS; index++) groups.push('0')
    groups.push(...groupsOf(tail))
  }
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
