import { AC, type Case, CHARGING, external, facts, fallback, generation, maximum, NOW, tx } from './facts.js'

// How the profiles that count are merged.

const TWO = [AC, { ...AC, id: 2 }]
const DC = { id: 1, phases: 3, voltage: 400, current: 'DC' as const }
const W = { unit: 'W' as const }
const SETPOINT = { operationMode: 'CentralSetpoint' as const }

export const MERGING_CASES: Case[] = [
  {
    title: 'the hardware is above local generation',
    input: facts({
      evses: [{ ...AC, maxCurrent: 16 }],
      profiles: [tx({ periods: { 0: 12 } }), generation({ periods: { 0: 3, 60: 20 } })]
    }),
    periods: [
      { start: 0, limit: 15 },
      { start: 60, limit: 16, by: [{ purpose: 'HardwareMaximum', evseId: 1 }] }
    ]
  },
  {
    title: 'local generation of the EVSE and of the whole are both added',
    input: facts({
      profiles: [
        tx({ periods: { 0: 12 } }),
        generation({ periods: { 0: 3 } }),
        generation({ at: 1, periods: { 0: 4 } })
      ]
    }),
    periods: [{ start: 0, limit: 19 }]
  },
  {
    title: 'nothing is added to no limit, and the hardware is no profile',
    input: facts({ evses: [{ ...AC, maxCurrent: 16 }], profiles: [generation({ periods: { 0: 3 } })] }),
    periods: [{ start: 0, limit: null }]
  },
  {
    title: 'an EVSE without a limit counts with its hardware in the sum',
    input: facts({
      evses: [AC, { ...AC, id: 2, maxCurrent: 32 }],
      profiles: [fallback({ periods: { 0: 10 } })],
      request: { evseId: 0 }
    }),
    periods: [{ start: 0, limit: 42 }]
  },
  {
    title: 'a sum with an EVSE of which nothing is known is not known, but the maximum is',
    input: facts({
      evses: TWO,
      profiles: [fallback({ periods: { 0: 10 } }), maximum({ periods: { 0: 50 }, schedule: { duration: 60 } })],
      request: { evseId: 0 }
    }),
    periods: [
      { start: 0, limit: 50 },
      { start: 60, limit: null }
    ]
  },
  {
    title: 'the charge point takes part of its maximum itself',
    input: facts({
      evses: TWO,
      state: { ...CHARGING, ownConsumption: 690 },
      profiles: [fallback({ at: 0, periods: { 0: 32 } }), maximum({ periods: { 0: 40 } })],
      request: { evseId: 0 }
    }),
    periods: [{ start: 0, limit: 39 }]
  },
  {
    title: 'external constraints and local generation of the whole count once in the sum',
    input: facts({
      evses: TWO,
      profiles: [
        fallback({ at: 0, periods: { 0: 32 } }),
        external({ at: 0, periods: { 0: 40 } }),
        generation({ periods: { 0: 5 } })
      ],
      request: { evseId: 0 }
    }),
    periods: [{ start: 0, limit: 45 }]
  },
  {
    title: 'EVSEs with different phases are summed in W each with its own',
    input: facts({
      evses: TWO,
      profiles: [fallback({ periods: { 0: { limit: 10, numberPhases: 1 } } }), fallback({ at: 2, periods: { 0: 10 } })],
      request: { evseId: 0, ...W }
    }),
    periods: [{ start: 0, limit: 9200, numberPhases: 1 }]
  },
  {
    title: 'minChargingRate raises nothing and is passed on in the unit asked for',
    input: facts({ profiles: [tx({ periods: { 0: 5 }, schedule: { minChargingRate: 6 } })], request: W }),
    periods: [{ start: 0, limit: 3450, minChargingRate: 4140 }]
  },
  {
    title: 'no more phases than are wired, and the limit as it is given',
    input: facts({ evses: [{ ...AC, phases: 1 }], profiles: [tx({ periods: { 0: { limit: 16, numberPhases: 3 } } })] }),
    periods: [{ start: 0, limit: 16, numberPhases: 1 }]
  },
  {
    title: 'limits are rounded down to one decimal',
    input: facts({ profiles: [tx({ ...W, periods: { 0: 11_000 } })] }),
    periods: [{ start: 0, limit: 15.9 }]
  },
  {
    title: 'DC: A is converted with the nominal voltage and flagged, and there are no phases',
    input: facts({ evses: [DC], profiles: [tx({ periods: { 0: 100 } })], request: W }),
    periods: [{ start: 0, limit: 40_000, uncertain: ['ampere-on-dc'] }]
  },
  {
    title: 'profiles that name different phases come to nothing',
    input: facts({
      profiles: [
        tx({ periods: { 0: { limit: 16, numberPhases: 1, phaseToUse: 2 } } }),
        maximum({ periods: { 0: { limit: 16, numberPhases: 1, phaseToUse: 1 }, 60: { limit: 10, numberPhases: 1 } } })
      ]
    }),
    periods: [
      { start: 0, limit: null, uncertain: ['phase-conflict'] },
      { start: 60, limit: 10, phaseToUse: 2, numberPhases: 1 }
    ],
    warnings: ['PhaseConflict']
  },
  {
    title: 'limits of single phases are merged phase by phase',
    input: facts({
      profiles: [
        tx({ periods: { 0: { limit: 16, limit_L2: 10, limit_L3: 6 } } }),
        maximum({ periods: { 0: 12, 60: 6 } })
      ]
    }),
    periods: [
      { start: 0, limit: 12, limitL2: 10, limitL3: 6 },
      { start: 60, limit: 6 }
    ]
  },
  {
    title: 'in W they are of their phases, and the total where they are equal',
    input: facts({
      profiles: [
        tx({ periods: { 0: { limit: 16, limit_L2: 10, limit_L3: 6 } } }),
        maximum({ ...W, periods: { 0: 6900, 60: 4140 } })
      ],
      request: W
    }),
    periods: [
      { start: 0, limit: 2300, limitL2: 2300, limitL3: 1380 },
      { start: 60, limit: 4140 }
    ]
  },
  {
    title: 'limits of single phases count in a TxProfile only',
    input: facts({ profiles: [fallback({ periods: { 0: { limit: 16, limit_L2: 6, limit_L3: 6 } } })] }),
    periods: [{ start: 0, limit: 16 }]
  },
  {
    title: 'an EV discharges only in a mode that lets it, as little as all allow',
    input: facts({
      profiles: [
        tx({
          ...W,
          periods: {
            0: { limit: 0, dischargeLimit: -5000, ...SETPOINT },
            60: { dischargeLimit: -5000, operationMode: 'ChargingOnly' },
            120: { dischargeLimit: -5000 }
          }
        }),
        external({ ...W, periods: { 0: { dischargeLimit: -3000 } } })
      ],
      request: W
    }),
    periods: [
      { start: 0, limit: 0, dischargeLimit: -3000 },
      { start: 60, limit: null, operationMode: 'ChargingOnly' },
      { start: 120, limit: null }
    ]
  },
  {
    title: 'a setpoint outside of its own limits is capped, and a warning tells it',
    input: facts({
      profiles: [tx({ ...W, periods: { 0: { setpoint: -4000, dischargeLimit: -3000, ...SETPOINT } } })],
      request: W
    }),
    periods: [{ start: 0, limit: null, dischargeLimit: -3000, setpoint: -3000 }],
    warnings: ['V2X.05']
  },
  {
    title: 'our setpoint counts when the charge point gives priority to the CSMS',
    input: facts({
      state: { ...CHARGING, setpointPriority: 'CSMS' },
      profiles: [tx({ periods: { 0: { setpoint: 8, ...SETPOINT } } }), external({ periods: { 0: { setpoint: -5 } } })]
    }),
    periods: [{ start: 0, setpoint: 8 }]
  },
  {
    title: 'a value that an energy manager decides is uncertain within its bounds',
    input: facts({ profiles: [tx({ periods: { 0: { limit: 20, operationMode: 'LocalLoadBalancing' } } })] }),
    periods: [{ start: 0, limit: 20, operationMode: 'LocalLoadBalancing', uncertain: ['decided-elsewhere'] }]
  },
  {
    title: 'an idle EVSE transfers nothing, whatever the sun gives',
    input: facts({ profiles: [tx({ periods: { 0: { operationMode: 'Idle' } } }), generation({ periods: { 0: 5 } })] }),
    periods: [{ start: 0, limit: 0, operationMode: 'Idle' }]
  },
  {
    title: 'a limit of which only its existence is known makes the value uncertain',
    input: facts({ profiles: [tx({ periods: { 0: 16 } }), withoutSchedule(external({ at: 0, periods: {} }))] }),
    periods: [{ start: 0, limit: 16, uncertain: ['value-unknown'] }]
  },
  {
    title: 'of three schedules the one that is asked for counts, and of one that one',
    input: facts({
      profiles: [withSecondSchedule(tx({ periods: { 0: 10 } })), maximum({ id: 501, periods: { 0: 16 } })],
      request: { scheduleIndex: 1 }
    }),
    periods: [
      {
        start: 0,
        limit: 16,
        by: [{ purpose: 'ChargingStationMaxProfile', evseId: 0, id: 501, stackLevel: 0, source: 'CSO' }]
      }
    ]
  },
  {
    title: 'a maximum must not be relative; it counts from the start of the request',
    input: facts({ profiles: [maximum({ chargingProfileKind: 'Relative', periods: { 0: 10, 60: 20 } })] }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: 20 }
    ],
    warnings: ['RelativeMaximum']
  },
  {
    title: 'an EVSE that there is not',
    input: facts({ profiles: [], request: { evseId: 3 } }),
    reason: 'unknown-evse'
  },
  { title: 'a window of no time', input: facts({ profiles: [], request: { duration: 0 } }), reason: 'empty-window' },
  {
    title: 'a start that is no time',
    input: facts({ profiles: [], request: { start: 'soon' } }),
    reason: 'invalid-start'
  }
]

function withoutSchedule({ profile, ...installed }: ReturnType<typeof external>): ReturnType<typeof external> {
  return { ...installed, profile: { ...profile, chargingSchedule: [] } }
}

function withSecondSchedule(installed: ReturnType<typeof tx>): ReturnType<typeof tx> {
  const { profile } = installed
  const [first] = profile.chargingSchedule
  const second = {
    id: 2,
    startSchedule: NOW,
    chargingRateUnit: 'A' as const,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }]
  }
  return { ...installed, profile: { ...profile, chargingSchedule: first ? [first, second] : [second] } }
}
