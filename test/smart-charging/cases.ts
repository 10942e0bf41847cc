import type { InstalledProfile } from 'fastify-ocpp/smart-charging'
import type { ChargingProfileType } from 'fastify-ocpp/v21'
import { type Case, CHARGING, external, facts, facts16, fallback, NOW, profile, tx } from './facts.js'

// A charge point, the profiles it has, and what they come to: one case for each rule about which profile counts.

const HOUR = 3600

export const CASES: Case[] = [
  {
    title: 'a profile counts from validFrom until validTo, and its schedule runs on meanwhile',
    input: facts({
      profiles: [
        fallback({ periods: { 0: 10, 200: 20 }, validFrom: '2026-01-05T12:03:00Z', validTo: '2026-01-05T12:05:00Z' })
      ]
    }),
    periods: [
      { start: 0, limit: null },
      { start: 180, limit: 10 },
      { start: 200, limit: 20 },
      { start: 300, limit: null }
    ]
  },
  {
    title: 'a schedule without duration goes on with its last period',
    input: facts({ profiles: [fallback({ periods: { 0: 10, 60: 8 } })], request: { duration: 1_000_000 } }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: 8 }
    ]
  },
  {
    title: 'a weekly profile comes again after seven days',
    input: facts({
      profiles: [
        fallback({
          periods: { 0: 10 },
          chargingProfileKind: 'Recurring',
          recurrencyKind: 'Weekly',
          schedule: { duration: 60 }
        })
      ],
      request: { duration: 8 * 24 * HOUR }
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: null },
      { start: 7 * 24 * HOUR, limit: 10 },
      { start: 7 * 24 * HOUR + 60, limit: null }
    ]
  },
  {
    title: 'a daily schedule longer than a day is cut by the next day',
    input: facts({
      profiles: [
        fallback({
          periods: { 0: 10, [23 * HOUR]: 20 },
          chargingProfileKind: 'Recurring',
          recurrencyKind: 'Daily',
          schedule: { duration: 30 * HOUR }
        })
      ],
      request: { duration: 26 * HOUR }
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 23 * HOUR, limit: 20 },
      { start: 24 * HOUR, limit: 10 }
    ]
  },
  {
    title: 'recurrencyKind of an absolute profile is ignored',
    input: facts({
      profiles: [fallback({ periods: { 0: 10 }, recurrencyKind: 'Daily', schedule: { duration: 60 } })],
      request: { duration: 25 * HOUR }
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: null }
    ]
  },
  {
    title: 'a relative profile counts from the start of the transaction although it came later',
    input: facts({
      state: { transactions: [{ id: 't', evseId: 1, startedAt: '2026-01-05T11:58:00Z' }] },
      profiles: [tx({ periods: { 0: 10, 180: 20 }, chargingProfileKind: 'Relative', installed: { acceptedAt: NOW } })]
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: 20 }
    ]
  },
  {
    title: 'an absolute schedule of 1.6 without a start is relative to the transaction',
    input: facts16({
      state: { transactions: [{ id: 't', evseId: 1, startedAt: '2026-01-05T11:59:00Z' }] },
      profiles: [tx({ periods: { 0: 10, 180: 20 }, schedule: { startSchedule: '' } })]
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 120, limit: 20 }
    ]
  },
  {
    title: 'a dynamic profile whose last update nobody knows is uncertain',
    input: facts({
      profiles: [tx({ periods: { 0: 10 }, chargingProfileKind: 'Dynamic', schedule: { duration: 60 } })]
    }),
    periods: [{ start: 0, limit: 10, uncertain: ['update-time-unknown'] }]
  },
  {
    title: 'a dynamic profile counts from its acceptance when it names no update',
    input: facts({
      profiles: [
        tx({
          periods: { 0: 10 },
          chargingProfileKind: 'Dynamic',
          schedule: { duration: 60 },
          installed: { acceptedAt: NOW }
        })
      ]
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: null }
    ]
  },
  {
    title: 'local time without a zone is read as UTC, and uncertain',
    input: facts({
      profiles: [
        fallback({ periods: { 0: 10 }, schedule: { useLocalTime: true, startSchedule: '2026-01-05T12:01:00+05:00' } })
      ]
    }),
    periods: [
      { start: 0, limit: null },
      { start: 60, limit: 10, uncertain: ['time-zone-unknown'] }
    ]
  },
  {
    title: 'a period in the hour that spring leaves out is skipped',
    input: facts({
      state: { timeZone: 'Europe/Berlin' },
      profiles: [
        fallback({
          periods: { 0: 10, 7200: 16, 10800: 20 },
          schedule: { useLocalTime: true, startSchedule: '2026-03-29T00:00:00Z' }
        })
      ],
      request: { start: '2026-03-28T23:00:00Z', duration: 3 * HOUR }
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 7200, limit: 20 }
    ]
  },
  {
    title: 'delays that only the charge point knows: the lowest value that may apply',
    input: facts({ profiles: [tx({ periods: { 0: 10, 100: 20, 200: 5 }, schedule: { randomizedDelay: 60 } })] }),
    periods: [
      { start: 0, limit: 10 },
      { start: 100, limit: 10, uncertain: ['random-delays-unknown'] },
      { start: 160, limit: 20 },
      { start: 200, limit: 5, uncertain: ['random-delays-unknown'] },
      { start: 260, limit: 5 }
    ]
  },
  {
    title: 'without a transaction nothing is delayed',
    input: facts({
      state: {},
      profiles: [fallback({ periods: { 0: 10, 100: 20 }, schedule: { randomizedDelay: 60 } })]
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 100, limit: 20 }
    ]
  },
  {
    title: 'a profile is invalid for good after the charge point was offline too long, if it says so',
    input: facts({
      state: { ...CHARGING, offlineSince: '2026-01-05T12:01:00Z', onlineSince: '2026-01-05T12:05:00Z' },
      profiles: [
        tx({ periods: { 0: 20 }, stackLevel: 1, maxOfflineDuration: 60, invalidAfterOfflineDuration: true }),
        fallback({ periods: { 0: 6 } })
      ]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 120, limit: 6 }
    ]
  },
  {
    title: 'and speaks again after the connection is back, if it does not',
    input: facts({
      state: { ...CHARGING, offlineSince: '2026-01-05T12:01:00Z', onlineSince: '2026-01-05T12:05:00Z' },
      profiles: [tx({ periods: { 0: 20 }, maxOfflineDuration: 60 }), fallback({ periods: { 0: 6 } })]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 120, limit: 6 },
      { start: 300, limit: 20 }
    ]
  },
  {
    title: 'a limit at a state of charge that nobody reports is ignored, and uncertain',
    input: facts({ profiles: [tx({ periods: { 0: 20 }, schedule: { limitAtSoC: { soc: 80, limit: 6 } } })] }),
    periods: [{ start: 0, limit: 20, uncertain: ['soc-unknown'] }]
  },
  {
    title: 'a higher level that is silent lets the lower one speak',
    input: facts({
      profiles: [
        fallback({ periods: { 0: 10 } }),
        fallback({ periods: { 0: 20 }, stackLevel: 1, schedule: { duration: 60 } })
      ]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 60, limit: 10 }
    ]
  },
  {
    title: '1.6: a profile replaces one of the same purpose, level and connector',
    input: facts16({
      profiles: [fallback({ periods: { 0: 6 } }), fallback({ periods: { 0: 20 }, schedule: { duration: 60 } })]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 60, limit: null }
    ],
    warnings: []
  },
  {
    title: '2.x: of two that exclude each other the later one counts, and a warning tells it',
    input: facts({
      version: '2.0.1',
      profiles: [fallback({ periods: { 0: 6 } }), fallback({ periods: { 0: 20 }, schedule: { duration: 60 } })]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 60, limit: null }
    ],
    warnings: ['Duplicate']
  },
  {
    title: '2.x: two of one level whose validity does not overlap follow each other',
    input: facts({
      version: '2.0.1',
      profiles: [
        fallback({ periods: { 0: 6 }, validTo: '2026-01-05T12:01:00Z' }),
        fallback({ periods: { 0: 20 }, validFrom: '2026-01-05T12:01:00Z' })
      ]
    }),
    periods: [
      { start: 0, limit: 6 },
      { start: 60, limit: 20 }
    ],
    warnings: []
  },
  {
    title: 'a profile that was replaced does not come back when its successor is replaced',
    input: facts({
      profiles: [
        fallback({ id: 900, periods: { 0: 6 } }),
        fallback({ id: 900, periods: { 0: 8 }, stackLevel: 1 }),
        fallback({ id: 900, periods: { 0: 20 }, stackLevel: 2, schedule: { duration: 60 } })
      ]
    }),
    periods: [
      { start: 0, limit: 20 },
      { start: 60, limit: null }
    ]
  },
  {
    title: 'a profile that is not confirmed leaves the one it may have replaced possible',
    input: facts({
      profiles: [
        fallback({ periods: { 0: 6 } }),
        fallback({ periods: { 0: 20 }, schedule: { duration: 60 }, installed: { confirmed: false } })
      ]
    }),
    periods: [
      { start: 0, limit: 20, uncertain: ['not-confirmed'] },
      { start: 60, limit: 6, uncertain: ['not-confirmed'] }
    ]
  },
  {
    title: 'priority charging gives way to the TxProfile when it is silent',
    input: facts({
      state: { transactions: [{ id: 't', evseId: 1, startedAt: NOW, priority: true }] },
      profiles: [
        tx({ periods: { 0: 6 } }),
        profile('PriorityCharging', { at: 0, periods: { 0: 32 }, schedule: { duration: 60 } })
      ]
    }),
    periods: [
      { start: 0, limit: 32 },
      { start: 60, limit: 6 }
    ]
  },
  {
    title: '2.x: of defaults of one level that of the EVSE itself counts',
    input: facts({
      version: '2.0.1',
      state: {},
      profiles: [fallback({ periods: { 0: 6 } }), fallback({ at: 0, periods: { 0: 20 } })]
    }),
    periods: [{ start: 0, limit: 6 }]
  },
  {
    title: '1.6: a TxProfile without transactionId is of the transaction it was started with',
    input: facts16({
      profiles: [{ ...tx({ periods: { 0: 8 } }) }, fallback({ periods: { 0: 20 } })].map(withoutTransaction)
    }),
    periods: [{ start: 0, limit: 8 }]
  },
  {
    title: 'a TxProfile counts nowhere without its transaction',
    input: facts({ state: {}, profiles: [tx({ periods: { 0: 6 } })] }),
    periods: [{ start: 0, limit: null }]
  },
  {
    title: 'the schedule of the EV is a limit of its own',
    input: facts({
      state: {
        transactions: [
          {
            id: 't',
            evseId: 1,
            startedAt: NOW,
            evSchedule: {
              timeBase: NOW,
              chargingSchedule: {
                id: 1,
                chargingRateUnit: 'W',
                duration: 120,
                chargingSchedulePeriod: [
                  { startPeriod: 0, limit: 6900 },
                  { startPeriod: 60, limit: 20_700 }
                ]
              }
            }
          }
        ]
      },
      profiles: [tx({ periods: { 0: 16 } })]
    }),
    periods: [
      { start: 0, limit: 10, by: [{ purpose: 'EvSchedule', evseId: 1 }] },
      { start: 60, limit: 16 }
    ]
  },
  {
    title: 'external constraints of different sources all hold',
    input: facts({
      profiles: [
        external({ at: 0, periods: { 0: 20 }, stackLevel: 5, installed: { source: 'EMS' } }),
        external({ at: 0, periods: { 0: 10 }, schedule: { duration: 60 }, installed: { source: 'SO' } })
      ]
    }),
    periods: [
      { start: 0, limit: 10 },
      { start: 60, limit: 20 }
    ]
  }
]

function withoutTransaction({
  profile: { transactionId: _, ...profile },
  ...installed
}: InstalledProfile<ChargingProfileType>) {
  return { ...installed, profile }
}
