import { createHash } from 'node:crypto'
import { PRICED, type TariffBody, type TariffDocument } from './tariff.js'

/** The same tariff always has the same text: members sorted, empty conditions and defaults left out. */
export function canonical(document: TariffDocument): string {
  return JSON.stringify(sorted(document))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([name, member]) => member !== undefined && !isDefault(name, member))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

function isDefault(name: string, value: unknown): boolean {
  if (name === 'conditions') return Object.keys(value as object).length === 0
  return (name === 'idleIncludesEvse' && value === false) || (name === 'billedBy' && value === 'us')
}

/** SHA-256 of the canonical text, hexadecimal. */
export function hashOf(document: TariffDocument): string {
  return createHash('sha256').update(canonical(document)).digest('hex')
}

const HASH_LENGTH = 12
/** [2.1 TariffType.tariffId] */
const MAX_ID = 60

/** The id by which charge points know a version: other content has another id. [2.1 I08.FR.08] */
export function ocppTariffId(id: string, hash: string): string {
  return `${id.slice(0, MAX_ID - HASH_LENGTH - 1)}.${hash.slice(0, HASH_LENGTH)}`
}

/** The id of a version as the tariff of one driver, which has no `validFrom`. [2.1 I08.FR.09] */
export function driverTariffId(id: string, { validFrom: _, ...document }: TariffDocument): string {
  return ocppTariffId(id, hashOf(document))
}

/** The part of a tariff that is a version. */
export function documentOf(body: TariffBody): TariffDocument {
  const { enabled: _, appliesTo: __, priority: ___, ...document } = body
  return JSON.parse(canonical(document)) as TariffDocument
}

/** The members of a document in the order of the standard, for people. */
export function inOrder(document: TariffDocument): TariffDocument {
  const { currency, description, validFrom, ...rest } = document
  const names = [...PRICED, ...Object.keys(rest)] as (keyof typeof rest)[]
  const members = [...new Set(names)].flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]] as const]))
  return {
    currency,
    ...(description !== undefined && { description }),
    ...(validFrom !== undefined && { validFrom }),
    ...Object.fromEntries(members)
  }
}
