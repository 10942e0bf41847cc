import { expectTypeOf } from 'expect-type'
import {
  type CompositeInput,
  type CompositeSchedule,
  compositeSchedule,
  type InstalledProfile
} from 'fastify-ocpp/smart-charging'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'

// Code that must compile, and code that must not. Nothing here runs: `npm test` type-checks it.

declare const of16: InstalledProfile<v16.ChargingProfile>[]
declare const of201: InstalledProfile<v201.ChargingProfileType>[]
declare const of21: InstalledProfile<v21.ChargingProfileType>[]

const evses = [{ id: 1, phases: 3, voltage: 230 }]
const request = { evseId: 1, start: '2026-01-05T12:00:00Z', duration: 3600, unit: 'A' } as const

expectTypeOf(compositeSchedule({ version: '1.6', evses, profiles: of16, request })).toEqualTypeOf<CompositeSchedule>()
compositeSchedule({ version: '2.0.1', evses, profiles: of201, request })
compositeSchedule({ version: '2.1', evses, profiles: of21, request: { ...request, start: Date.now() } })
// @ts-expect-error profiles of another version
compositeSchedule({ version: '1.6', evses, profiles: of21, request })
// @ts-expect-error a version there is not
compositeSchedule({ version: '1.5', evses, profiles: of16, request })
// @ts-expect-error a unit there is not
compositeSchedule({ version: '2.1', evses, profiles: of21, request: { ...request, unit: 'kW' } })

expectTypeOf<CompositeSchedule['periods'][number]['limit']>().toEqualTypeOf<number | null>()
expectTypeOf<CompositeInput['version']>().toEqualTypeOf<'1.6' | '2.0.1' | '2.1'>()
