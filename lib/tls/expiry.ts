import type { Material } from './material.js'

const DAY_MS = 86_400_000
/** Days before the expiry from which there are warnings, and errors. */
const WARN_DAYS = 30
const ERROR_DAYS = 7

export interface ExpiryNotice {
  readonly level: 'warn' | 'error'
  readonly subject: string
  /** RFC 3339. */
  readonly expiresAt: string
  readonly message: string
}

export function daysLeft(validTo: string | number, now = Date.now()): number {
  return (new Date(validTo).getTime() - now) / DAY_MS
}

/** The files that expire soon, have expired or are not valid yet. */
export function expiryNotices(
  { certificates, authorities, revocationLists }: Pick<Material, 'certificates' | 'authorities' | 'revocationLists'>,
  now = Date.now()
): ExpiryNotice[] {
  const dated = [
    ...certificates.map(({ file, certificate: { validTo } }) => ({
      what: 'a server certificate',
      name: file,
      validTo
    })),
    ...authorities.map(({ subject, validTo }) => ({
      what: 'an authority',
      name: subject.replaceAll('\n', ', '),
      validTo
    })),
    ...revocationLists.map(({ nextUpdate }, index) => ({
      what: 'a revocation list',
      name: `number ${index + 1}`,
      validTo: nextUpdate
    }))
  ]
  const early = certificates
    .filter(({ certificate: { validFrom } }) => Date.parse(validFrom) > now)
    .map(({ file, certificate: { validFrom } }) =>
      notice('error', file, validFrom, 'a server certificate is not valid yet')
    )
  return [...early, ...dated.flatMap(({ what, name, validTo }) => noticeOf(what, name, validTo, now) ?? [])]
}

function noticeOf(what: string, name: string, validTo: string | number, now: number): ExpiryNotice | undefined {
  const days = daysLeft(validTo, now)
  if (days > WARN_DAYS) return undefined
  if (days <= 0) return notice('error', name, validTo, `${what} is expired`)
  const left = Math.ceil(days)
  return notice(days > ERROR_DAYS ? 'warn' : 'error', name, validTo, `${what} expires in ${left} days`)
}

function notice(level: 'warn' | 'error', subject: string, at: string | number, message: string): ExpiryNotice {
  return { level, subject, expiresAt: new Date(at).toISOString(), message }
}
