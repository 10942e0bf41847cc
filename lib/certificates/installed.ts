import { type Change, held, lastOfEach } from '../events/scope.js'
import { tryCertificates } from '../pem.js'
import { foldSerial } from '../serial-number.js'
import { HASH_ALGORITHMS, hashDataOfChain } from './hash-data.js'

/** The hash data in the spelling of OCPP. */
export interface CertificateHash {
  hashAlgorithm: string
  issuerNameHash: string
  issuerKeyHash: string
  serialNumber: string
}

export interface InstalledCertificate {
  /** The use of the certificate. */
  type: string
  hash: CertificateHash
}

/**
 * Stores the list of installed certificates that a charge point has reported for these uses. Without uses the list is
 * complete. [1.6 whitepaper M03; 2.x M03]
 */
export function saveInstalledCertificates(
  types: readonly string[] | undefined,
  installed: readonly InstalledCertificate[]
): Change {
  return held(async ({ trx, chargePointId, now }) => {
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
      const serial_number = foldSerial(hash.serialNumber)
      // A certificate that we installed ourselves is stored with its PEM already.
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
  })
}

/** Stores a certificate that we sent and the charge point accepted. [1.6 whitepaper M05, A02; 2.x M05, A02] */
export function saveCertificate(type: string, pem: string): Change {
  const [certificate] = tryCertificates(pem)
  // The hash data that the charge point will report, unless it prefers another algorithm.
  const hashing = hashDataOfChain(pem).catch(() => undefined)
  return async ({ trx, chargePointId, now }) => {
    const hash = await hashing
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
        serial_number: certificate === undefined ? '' : foldSerial(certificate.serialNumber),
        ...(hash !== undefined && {
          hash_algorithm: hash.hashAlgorithm,
          issuer_name_hash: hash.issuerNameHash,
          issuer_key_hash: hash.issuerKeyHash
        }),
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

/** Marks a certificate as deleted. [1.6 whitepaper M04; 2.x M04] */
export function deleteCertificate(deleted: CertificateHash): Change {
  return held(async ({ trx, chargePointId }) => {
    const rows = await trx
      .selectFrom('certificates')
      .select(['id', 'pem', 'hash_algorithm', 'issuer_name_hash', 'issuer_key_hash'])
      .where('charge_point_id', '=', chargePointId)
      .where('serial_number', '=', foldSerial(deleted.serialNumber))
      .execute()
    for (const row of rows) {
      if (await isCalled(row, deleted)) await trx.deleteFrom('certificates').where('id', '=', row.id).execute()
    }
  })
}

interface KnownCertificate {
  pem: string | null
  hash_algorithm: string
  issuer_name_hash: string
  issuer_key_hash: string
}

/** Whether hash data identifies this certificate. It may use another hash algorithm than the stored one. */
async function isCalled(row: KnownCertificate, called: CertificateHash): Promise<boolean> {
  const algorithm = HASH_ALGORITHMS.find((candidate) => candidate === called.hashAlgorithm)
  const known =
    row.hash_algorithm === called.hashAlgorithm || row.pem === null
      ? { issuerNameHash: row.issuer_name_hash, issuerKeyHash: row.issuer_key_hash }
      : await hashDataOfChain(row.pem, algorithm)
  const isSame = (ours: string, theirs: string) => ours === '' || ours.toLowerCase() === theirs.toLowerCase()
  return (
    known === undefined ||
    (isSame(known.issuerNameHash, called.issuerNameHash) && isSame(known.issuerKeyHash, called.issuerKeyHash))
  )
}
