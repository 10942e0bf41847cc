import { X509Certificate } from 'node:crypto'
import { type Change, lastOfEach } from './scope.js'

/** As OCPP spells it. */
export interface CertificateHash {
  hashAlgorithm: string
  issuerNameHash: string
  issuerKeyHash: string
  serialNumber: string
}

export interface InstalledCertificate {
  /** Its use. */
  type: string
  hash: CertificateHash
}

/** Serial numbers are hexadecimal, with or without zeros in front. */
function serial(text: string): string {
  return text.toLowerCase().replace(/^0+(?=.)/, '')
}

/**
 * All certificates that the charge point has of these uses; without uses, of any. [1.6 whitepaper M03; 2.x M03]
 */
export function saveInstalledCertificates(
  types: readonly string[] | undefined,
  installed: readonly InstalledCertificate[]
): Change {
  return async ({ trx, chargePointId, now }) => {
    const known = await trx
      .selectFrom('certificates')
      .select(['type', 'serial_number', 'pem', 'expires_at'])
      .where('charge_point_id', '=', chargePointId)
      .execute()
    let query = trx.deleteFrom('certificates').where('charge_point_id', '=', chargePointId)
    const told = new Set([...(types ?? []), ...installed.map(({ type }) => type)])
    if (types !== undefined) query = query.where('type', 'in', [...told])
    await query.execute()
    const rows = installed.map(({ type, hash }) => {
      const serial_number = serial(hash.serialNumber)
      // The one that we installed ourselves we know in full.
      const ours = known.find((row) => row.type === type && row.serial_number === serial_number)
      return {
        charge_point_id: chargePointId,
        type,
        hash_algorithm: hash.hashAlgorithm,
        issuer_name_hash: hash.issuerNameHash,
        issuer_key_hash: hash.issuerKeyHash,
        serial_number,
        pem: ours?.pem ?? null,
        expires_at: ours?.expires_at ?? null,
        status: 'Installed',
        updated_at: now
      }
    })
    const distinct = lastOfEach(rows, (row) => JSON.stringify(row))
    if (distinct.length > 0)
      await trx
        .insertInto('certificates')
        .values(distinct)
        .onConflict((of) => of.doNothing())
        .execute()
  }
}

/** A certificate that we sent and the charge point took. [1.6 whitepaper M05, A02; 2.x M05, A02] */
export function saveCertificate(type: string, pem: string): Change {
  const certificate = parse(pem)
  return async ({ trx, chargePointId, now }) => {
    const values = {
      pem,
      expires_at: certificate === undefined ? null : Date.parse(certificate.validTo),
      status: 'Installed',
      updated_at: now
    }
    await trx
      .insertInto('certificates')
      .values({
        charge_point_id: chargePointId,
        type,
        serial_number: certificate === undefined ? '' : serial(certificate.serialNumber),
        ...values
      })
      .onConflict((conflict) =>
        conflict
          .columns([
            'charge_point_id',
            'type',
            'hash_algorithm',
            'issuer_name_hash',
            'issuer_key_hash',
            'serial_number'
          ])
          .doUpdateSet(values)
      )
      .execute()
  }
}

/** [1.6 whitepaper M04; 2.x M04] */
export function deleteCertificate({ issuerNameHash, issuerKeyHash, serialNumber }: CertificateHash): Change {
  return async ({ trx, chargePointId }) => {
    await trx
      .deleteFrom('certificates')
      .where('charge_point_id', '=', chargePointId)
      .where('serial_number', '=', serial(serialNumber))
      // One that we installed has no hashes until it was asked for.
      .where('issuer_name_hash', 'in', ['', issuerNameHash])
      .where('issuer_key_hash', 'in', ['', issuerKeyHash])
      .execute()
  }
}

/** The first certificate of the chain; undefined when it is none. */
function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
