import { Counter, Gauge, type Registry } from 'prom-client'
import type { IssuanceOutcome } from '../certificates/issuance.js'
import { countIssued } from '../certificates/issued.js'
import type { OcspOutcome } from '../certificates/ocsp.js'
import type { Database } from '../database/service.js'

/** Of what charge points have now. */
const CURRENT = new Set(['accepted', 'in-use'])

/** Counts certificates of charge points. Returns what counts the outcome of a request. */
export function observeCertificates(
  registry: Registry,
  database: Pick<Database, 'db' | 'isReady'>
): (outcome: IssuanceOutcome) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'ocpp_certificate_requests_total',
    help: 'Requests of charge points for a certificate, by what became of them',
    labelNames: ['outcome'],
    registers
  })
  const read = async () => (database.isReady() ? countIssued(database.db) : [])
  new Gauge({
    name: 'ocpp_certificates',
    help: 'Certificates that were signed or asked for, by use and status',
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
    help: 'Seconds until the first of the certificates that charge points have expires, by use',
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

/** Counts what came of asking for the status of certificates. */
export function observeOcsp(registry: Registry): (outcome: OcspOutcome) => void {
  const requests = new Counter({
    name: 'ocpp_ocsp_requests_total',
    help: 'Requests for the status of a certificate, by what came of them',
    labelNames: ['outcome'],
    registers: [registry]
  })
  return (outcome) => requests.inc({ outcome })
}
