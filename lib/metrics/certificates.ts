import { Counter, Gauge, type Registry } from 'prom-client'
import type { IssuanceOutcome } from '../certificates/issuance.js'
import { countIssued } from '../certificates/issued.js'
import type { OcspOutcome } from '../certificates/ocsp.js'
import type { Database } from '../database/service.js'

/** Statuses of the certificates that charge points have now. */
const CURRENT = new Set(['accepted', 'in-use'])

/** Counts the certificates of charge points. Returns a function that counts the outcome of a request. */
export function observeCertificates(
  registry: Registry,
  database: Pick<Database, 'db' | 'isReady'>
): (outcome: IssuanceOutcome) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'ocpp_certificate_requests_total',
    help: 'Certificate requests of charge points, by outcome',
    labelNames: ['outcome'],
    registers
  })
  const read = async () => (database.isReady() ? countIssued(database.db) : [])
  new Gauge({
    name: 'ocpp_certificates',
    aggregator: 'max',
    help: 'Certificates that were signed or requested, by use and status',
    labelNames: ['type', 'status'],
    registers,
    async collect() {
      const rows = await read()
      this.reset()
      for (const { type, status, count } of rows) this.set({ type, status }, count)
    }
  })
  new Gauge({
    name: 'ocpp_certificate_expiry_seconds',
    aggregator: 'max',
    help: 'Seconds until the next certificate of a charge point expires, by use',
    labelNames: ['type'],
    registers,
    async collect() {
      const first = new Map<string, number>()
      for (const { type, status, expiresAt } of await read()) {
        if (expiresAt === undefined || !CURRENT.has(status)) continue
        first.set(type, Math.min(expiresAt, first.get(type) ?? expiresAt))
      }
      this.reset()
      for (const [type, at] of first) this.set({ type }, (at - Date.now()) / 1000)
    }
  })
  return (outcome) => requests.inc({ outcome })
}

/** Counts OCSP requests by outcome. */
export function observeOcsp(registry: Registry): (outcome: OcspOutcome) => void {
  const requests = new Counter({
    name: 'ocpp_ocsp_requests_total',
    help: 'OCSP requests for the status of a certificate, by outcome',
    labelNames: ['outcome'],
    registers: [registry]
  })
  return (outcome) => requests.inc({ outcome })
}
