import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import type { ChargePointRow } from '../../../lib/charge-points/rows.js'
import { IdentityParams } from '../../../lib/http/records.js'
import { LIMIT_TRAITS } from '../../../lib/load-management/forms.js'
import { SamplesRecord, samplesOf } from '../../../lib/load-management/sample-settings.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { type Capabilities, capabilitiesOf } from '../../../lib/operations/limit-checks.js'
import { knownOf } from '../../../lib/traits/book.js'
import { AppliedTraitsRecord, changeOf, ownTraits, type TraitsChange } from '../../../lib/traits/traits.js'

const PATH = '/charge-points/:identity/smart-charging'
const TAGS = { tags: ['ChargePoints'] }

const CapabilitiesRecord = Type.Unsafe<Capabilities>(
  Type.Object(
    {
      maxStackLevel: Type.Optional(Type.Integer()),
      units: Type.Optional(Type.Array(Type.String({ enum: ['A', 'W'] }))),
      maxPeriods: Type.Optional(Type.Integer()),
      maxProfiles: Type.Optional(Type.Integer()),
      maxExternalId: Type.Optional(
        Type.Integer({ description: 'Profiles of external systems have ids up to this one. OCPP 2.x' })
      )
    },
    { description: 'That the charge point has told. Absent: it has not' }
  )
)

const SmartChargingRecord = Type.Object({
  capabilities: CapabilitiesRecord,
  traits: AppliedTraitsRecord,
  samples: Type.Optional(SamplesRecord)
})
const SmartChargingBody = changeOf(LIMIT_TRAITS)

interface OneChargePoint {
  Params: IdentityParams
}

/** How a charge point takes limits: what it has told, and what was learned or set. */
export default async function chargePointSmartCharging(app: FastifyInstance): Promise<void> {
  addRead(app)
  addPut(app)
}

async function shown({ store, traits }: FastifyInstance, row: ChargePointRow) {
  await traits.models.refresh({ isForced: true })
  const applied = traits.book.applied(knownOf(row))
  const ofLimits = Object.entries(applied).filter(([name]) => (LIMIT_TRAITS as readonly string[]).includes(name))
  const protocol = row.protocol as Protocol | null
  const capabilities = protocol === null ? {} : await capabilitiesOf({ db: store.db, chargePoint: row, protocol })
  const samples = await samplesOf(store.db, Number(row.id))
  return {
    capabilities,
    traits: Object.fromEntries(ofLimits) as typeof applied,
    ...(samples !== undefined && { samples })
  }
}

function addRead(app: FastifyInstance): void {
  const { store } = app
  app.get<OneChargePoint>(
    PATH,
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAGS,
        operationId: 'getSmartCharging',
        params: IdentityParams,
        response: { 200: SmartChargingRecord },
        summary: 'Show how a charge point takes charging limits',
        description:
          'What it has told, and its traits: `learned` are those of charge points of the same vendor, model and firmware.'
      }
    },
    async ({ params }) => shown(app, await store.require(params.identity))
  )
}

function addPut(app: FastifyInstance): void {
  const { store, ocpp, traits } = app
  app.put<OneChargePoint & { Body: TraitsChange }>(
    PATH,
    {
      config: { holder: 'preferred', scope: 'charge-points:write', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAGS,
        operationId: 'putSmartCharging',
        params: IdentityParams,
        body: SmartChargingBody,
        response: { 200: SmartChargingRecord },
        summary: 'Set how a charge point takes charging limits',
        description:
          'Changes the traits that are given, as `traits` of the charge point does; `null` removes one. What is set is not tried in other ways.'
      }
    },
    async ({ params, body }) => {
      await store.require(params.identity)
      const { row } = await store.provision(params.identity, { traits: body })
      traits.book.changed(ownTraits(row.traits), ocpp.chargePoints.get(row.identity))
      return shown(app, row)
    }
  )
}
