import { type TSchema, Type } from '@sinclair/typebox'
import { CorrectionBody, CreditBody } from '../lib/billing/records.js'
import { OperatorTokenBody } from '../lib/http/operator-token-body.js'
import { ChargePointBody, IdTokenBody } from '../lib/http/records.js'
import { CloseBody } from '../lib/ledger/by-hand.js'
import { FlatTariffBody } from '../lib/ledger/tariff-records.js'
import { CircuitLimitBody, LoadManagementBody } from '../lib/load-management/plant.js'
import { SiteBody } from '../lib/sites/records.js'
import { NewWebhookBody, WebhookBody } from '../lib/webhooks/records.js'

/** The bodies of requests that the dashboard has forms for; those of calls and operations come from the API. */
const BODIES: Readonly<Record<string, TSchema>> = {
  // Traits and passwords have operations of their own.
  chargePointSchema: Type.Pick(ChargePointBody, [
    'name',
    'site',
    'notes',
    'enabled',
    'registration',
    'securityProfile'
  ]),
  circuitLimitSchema: CircuitLimitBody,
  closeSchema: CloseBody,
  correctionSchema: CorrectionBody,
  creditSchema: CreditBody,
  idTokenSchema: IdTokenBody,
  loadManagementSchema: LoadManagementBody,
  operatorTokenSchema: OperatorTokenBody,
  siteSchema: SiteBody,
  tariffSchema: FlatTariffBody,
  newWebhookSchema: NewWebhookBody,
  webhookSchema: WebhookBody
}

/** No form shows the examples, which every browser would load. */
function withoutExamples(name: string, value: unknown): unknown {
  return name === 'examples' && Array.isArray(value) ? undefined : value
}

/** The text of `dashboard/generated/schemas.ts`. */
export function forms(): string {
  const constants = Object.entries(BODIES).map(
    ([name, schema]) => `export const ${name}: Schema = ${JSON.stringify(schema, withoutExamples, 2)}\n`
  )
  const head = '// Generated from the schemas of the operator API by `npm run generate`; do not edit.\n'
  return [`${head}\nimport type { Schema } from '../form/tree.js'\n`, ...constants].join('\n')
}
