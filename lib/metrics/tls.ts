import { Counter, Gauge, type Registry } from 'prom-client'
import { daysLeft } from '../tls/expiry.js'
import type { MaterialSource } from '../tls/material-source.js'

/** Counts failed handshakes and shows how long server certificates are still valid. */
export function observeTls(registry: Registry, source: MaterialSource): { onFailure(code: string): void } {
  const registers = [registry]
  const failures = new Counter({
    name: 'tls_handshake_failures_total',
    help: 'Failed TLS handshakes, by the error code of Node.js',
    labelNames: ['code'],
    registers
  })
  new Gauge({
    name: 'tls_certificate_days_left',
    aggregator: 'min',
    help: 'Days until a server certificate expires, by the type of its key; negative after that',
    labelNames: ['key'],
    registers,
    collect() {
      this.reset()
      for (const { keyType, certificate } of source.current.certificates) {
        this.set({ key: keyType }, daysLeft(certificate.validTo))
      }
    }
  })
  return { onFailure: (code) => failures.inc({ code }) }
}
