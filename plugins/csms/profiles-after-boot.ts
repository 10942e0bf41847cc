import type { FastifyInstance } from 'fastify'
import { DisconnectedError, NotConnectedError } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { confirmProfiles, forgetProfiles, type ProfileRow } from '../../lib/charge-points/charging-profiles.js'
import { Version2 } from '../../lib/charge-points/versions.js'
import type { PublishedEvent } from '../../lib/events/event.js'
import { fold } from '../../lib/events/scope.js'
import { type Booted, installAgain, mayHaveProfiles, restoreProfiles } from '../../lib/smart-charging/after-boot.js'

/** Name of the operator in the calls of the back-end itself. */
const OPERATOR = 'smart-charging'
const FAILED = 'could not install the charging profiles again that the charge point has lost'
const REFUSED = 'a charge point does not take a charging profile again that it has lost'
/** Time for the parts of a report. Milliseconds. */
const REPORT_MS = 60_000

/** By charge point and request id, which another charge point may use, too. */
type Waiting = Map<string, (isWhole: boolean) => void>

function keyOf(identity: string, requestId: number): string {
  return `${fold(identity)} ${requestId}`
}

/** Asks a charge point; `undefined` if it is not connected to this process. */
async function bootedOf(app: FastifyInstance, identity: string, reports: Waiting): Promise<Booted | undefined> {
  const { ocpp, store, calls, traits, log } = app
  const live = ocpp.chargePoints.get(identity)
  if (live === undefined || !(await traits.settling.settled(live))) return undefined
  const chargePoint = await store.require(identity)
  return {
    subject: { db: store.db, chargePoint, protocol: live.protocol, isConnected: true },
    call: async (action, payload) => (await calls.call({ identity, action, payload, operator: OPERATOR })).result,
    reported: (requestId) =>
      new Promise((resolve) => {
        const end = (isWhole: boolean) => {
          clearTimeout(timer)
          reports.delete(keyOf(identity, requestId))
          resolve(isWhole)
        }
        const timer = setTimeout(() => end(false), REPORT_MS).unref()
        reports.set(keyOf(identity, requestId), end)
      }),
    refused: ({ profile_id: profileId }, { message }) => {
      log.warn({ chargePoint: identity, profileId, reason: message }, REFUSED)
    },
    confirm: (rows) => store.commit(identity, confirmProfiles(rows)),
    forget: (rows) => store.commit(identity, forgetProfiles(rows))
  }
}

/** Installs the profiles again that a charge point has lost when it booted. [1.6 errata 3.37; 2.1 E17.FR.15] */
async function profilesAfterBoot(app: FastifyInstance): Promise<void> {
  const { ocpp, events, store, log } = app
  const reports: Waiting = new Map()
  /** TxProfiles that wait until the charge point resumes their transaction, by its identity. */
  const lost = new Map<string, readonly ProfileRow[]>()

  /** Charge points that are being asked; `true`: one has told of a transaction meanwhile. */
  const asking = new Map<string, boolean>()

  async function afterBoot(identity: string): Promise<void> {
    const key = fold(identity)
    lost.delete(key)
    asking.set(key, false)
    try {
      const mayHave = await mayHaveProfiles(store.db, await store.chargePointId(identity))
      const booted = mayHave ? await bootedOf(app, identity, reports) : undefined
      const waiting = booted === undefined ? [] : await restoreProfiles(booted, Date.now())
      if (waiting.length > 0) lost.set(key, waiting)
      if (asking.get(key) === true) await afterResuming(identity)
    } finally {
      asking.delete(key)
    }
  }

  async function afterResuming(identity: string): Promise<void> {
    const rows = lost.get(fold(identity)) ?? []
    lost.delete(fold(identity))
    const booted = rows.length === 0 ? undefined : await bootedOf(app, identity, reports)
    if (booted !== undefined) await installAgain(booted, { rows, now: Date.now() })
  }

  const quietly = (work: Promise<void>) => {
    const done = work.catch((error: unknown) => {
      if (!(error instanceof NotConnectedError || error instanceof DisconnectedError)) throw error
    })
    background(done, log, FAILED)
  }

  new Version2(ocpp).after('ReportChargingProfiles', ({ requestId, tbc = false }, _response, { chargePoint }) => {
    if (!tbc) reports.get(keyOf(chargePoint.identity, requestId))?.(true)
  })
  const unsubscribe = events.subscribe((event: PublishedEvent) => {
    const { type, chargePoint: identity } = event
    if (type === 'boot') {
      const { status, reason } = event.data as { status?: string; reason?: string }
      if (status === 'Accepted' && reason !== 'Triggered') quietly(afterBoot(identity))
    }
    if (type !== 'transaction') return
    if (asking.has(fold(identity))) asking.set(fold(identity), true)
    else if (lost.has(fold(identity))) quietly(afterResuming(identity))
  })
  app.addHook('onClose', async () => {
    unsubscribe()
    for (const end of reports.values()) end(false)
  })
}

export default fp(profilesAfterBoot, {
  fastify: '5.x',
  name: 'csms-profiles-after-boot',
  dependencies: ['ocpp', 'store', 'calls', 'traits', 'publisher', 'csms-charging-profiles']
})
