import { type Static, Type } from '@sinclair/typebox'
import { CallError, type RequestOf } from 'fastify-ocpp'
import { defined } from '../charge-points/defined.js'
import { StartRecord } from '../http/records.js'
import { findIdToken, type IdTokenRow } from '../id-tokens/rows.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { startProfileFor } from '../load-management/start-profile.js'
import {
  checkLimit,
  connectorOf16,
  evseIdOf2,
  groupToken2,
  ID_TOKEN,
  idToken2,
  LIMIT,
  outcomeOf,
  PLACE,
  placeOf2
} from './common.js'
import { ask2, ask16, notSupported, type Step } from './exchange.js'
import { plainPointers } from './limit-body.js'
import { capabilitiesOf, checkCapabilities, checkUncontrolled, placeIn } from './limit-checks.js'
import { type Lookup, operation } from './operation.js'
import { type Limit, profile2, profile16 } from './profiles.js'
import { findMeant, TRANSACTION } from './which-transaction.js'

const StartBody = Type.Object(
  {
    idToken: ID_TOKEN,
    ...PLACE,
    groupId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description:
          'Group whose id tokens may stop the transaction; OCPP 2.x only. Default: the group that the back-end knows of the id token'
      })
    ),
    chargingLimit: Type.Optional(
      Type.Object(LIMIT, {
        additionalProperties: false,
        description: 'Charging limit of this transaction from its start'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [{ idToken: { idToken: '04E91C5A2B3C' }, evseId: 1, chargingLimit: { limit: 16, unit: 'A' } }]
  }
)
type StartBody = Static<typeof StartBody>

interface StartFacts {
  known: IdTokenRow | undefined
  remoteStartId: number
  /** For the second call, if there is one. */
  otherStartId: number
  profileId: number
  /** Of the load management of the site. */
  guard: Awaited<ReturnType<typeof startProfileFor>>
}

async function startFacts(lookup: Lookup, request: StartBody): Promise<StartFacts> {
  const { idToken, chargingLimit } = request
  const { db, nextId, traits } = lookup
  const profileId = nextId()
  if (chargingLimit !== undefined) {
    checkLimit(traits, chargingLimit)
    await checkUncontrolled(lookup, placeIn(request))
    const capabilities = await capabilitiesOf(lookup)
    const at = '/chargingLimit'
    checkCapabilities(ofStart(chargingLimit, profileId), capabilities, plainPointers(at), at)
  }
  const { evse_id, connector_id } = placeIn(request)
  const guard =
    chargingLimit === undefined ? await startProfileFor(lookup, evse_id || connector_id || undefined) : undefined
  const known = await findIdToken(db, idToken.idToken)
  return { known, remoteStartId: nextId(), otherStartId: nextId(), profileId, guard }
}

/** A charge point that refuses a start with a profile of load management may take it without. Without an answer it may have begun. */
function* orWithout<Answer extends { status: string }>(
  withProfile: Generator<Step, Answer, unknown>,
  without: () => Generator<Step, Answer, unknown>
): Generator<Step, Answer, unknown> {
  try {
    const answer = yield* withProfile
    if (answer.status !== 'Rejected') return answer
  } catch (error) {
    if (!(error instanceof CallError)) throw error
  }
  return yield* without()
}

function* start16({ idToken, groupId, chargingLimit, ...place }: StartBody, { profileId, guard }: StartFacts) {
  if (groupId !== undefined)
    throw notSupported('OCPP 1.6 has no groupId in this operation: the charge point gets it with Authorize')
  const connectorId = connectorOf16(place)
  const request = { idTag: idToken.idToken, ...(connectorId !== undefined && { connectorId }) }
  const chargingProfile = chargingLimit === undefined ? guard?.v16 : profile16(ofStart(chargingLimit, profileId))
  const ask = (more: object = {}) => ask16('RemoteStartTransaction', { ...request, ...more })
  if (chargingProfile === undefined) return outcomeOf(yield* ask())
  if (guard === undefined) return outcomeOf(yield* ask({ chargingProfile }))
  return outcomeOf(yield* orWithout(ask({ chargingProfile }), ask))
}

function* start2(request: StartBody, { known, remoteStartId, otherStartId, profileId, guard }: StartFacts) {
  const { idToken, groupId = known?.group_id, chargingLimit, ...place } = request
  const evseId = evseIdOf2(place)
  const common = { idToken: idToken2(idToken, known), ...groupToken2(groupId), ...(evseId !== undefined && { evseId }) }
  let last = remoteStartId
  const ask = (more: object = {}) => ask2('RequestStartTransaction', { ...common, remoteStartId: last, ...more })
  const without = () => {
    last = otherStartId
    return ask()
  }
  const chargingProfile = chargingLimit === undefined ? guard?.v2 : profile2(ofStart(chargingLimit, profileId))
  const first = ask(chargingProfile && { chargingProfile })
  const answer = yield* guard === undefined ? first : orWithout(first, without)
  const { transactionId } = answer
  return outcomeOf(answer, { remoteStartId: last, ...(transactionId !== undefined && { transactionId }) })
}

/**
 * The profile of a transaction that has not started: it has no transaction id, and its times count from the start. [1.6
 * §3.13.1; 2.x F01, K05]
 */
function ofStart(chargingLimit: NonNullable<StartBody['chargingLimit']>, profileId: number): Limit {
  const { limit, unit, phases, duration } = chargingLimit
  const periods = [{ start: 0, limit, ...defined({ phases }) }]
  const schedule = { kind: 'Relative', unit, periods, ...defined({ duration }) } as const
  return { profileId, purpose: 'transaction', stackLevel: 0, schedule }
}

export const start = operation({
  summary: 'Start a transaction',
  description:
    'OCPP 2.x: the transaction gets the `remoteStartId` of the answer; `/transactions?remoteStartId=` finds it. OCPP 1.6 has no such id: the next transaction of this id token is the one. `start` in the answer says whether the transaction has started: at first usually `pending`, so read `/calls/{messageId}` later, or wait with `Prefer: wait=60`.',
  body: StartBody,
  details: {
    remoteStartId: Type.Optional(Type.Integer({ description: 'OCPP 2.x: the remote start id of the transaction' })),
    transactionId: Type.Optional(
      Type.String({ description: 'OCPP 2.x: present when the charge point had already started the transaction' })
    ),
    start: Type.Optional(StartRecord)
  },
  startsTransaction: true,
  facts: startFacts,
  rows: { v16: start16, v2: start2 }
})

const StopBody = Type.Object(TRANSACTION, { additionalProperties: false, examples: [{ evseId: 1 }] })

function* stop16(_request: unknown, { ocpp16_id, transaction_id: transactionId }: TransactionRow) {
  // The transaction was started over OCPP 2.x, and the charge point now speaks OCPP 1.6.
  if (ocpp16_id === null)
    throw notSupported('OCPP 1.6 identifies transactions by a number, and this transaction has none')
  return outcomeOf(yield* ask16('RemoteStopTransaction', { transactionId: ocpp16_id }), { transactionId })
}

function* stop2(_request: unknown, transaction: TransactionRow) {
  const transactionId = displayedIdOf(transaction)
  return outcomeOf(yield* ask2('RequestStopTransaction', { transactionId }), { transactionId })
}

export const stop = operation({
  summary: 'Stop a transaction',
  description: 'Stops the transaction that is named, or else the only open one at the place.',
  danger: 'interrupts',
  body: StopBody,
  details: { transactionId: Type.String({ description: 'The transaction that was to be stopped' }) },
  facts: findMeant,
  rows: { v16: stop16, v2: stop2 }
})

const UnlockBody = Type.Object(PLACE, { additionalProperties: false, examples: [{ evseId: 1 }] })
type UnlockPlace = RequestOf<'ocpp2.1', 'UnlockConnector'>

function* unlock16(place: Static<typeof UnlockBody>) {
  const connectorId = connectorOf16(place)
  if (connectorId === undefined) throw notSupported('OCPP 1.6 unlocks one connector: give connectorId')
  return outcomeOf(yield* ask16('UnlockConnector', { connectorId }))
}

function* unlock2(place: Static<typeof UnlockBody>) {
  const { evseId, connectorId = 1 } = placeOf2(place)
  if (evseId === undefined) throw notSupported('OCPP 2.x unlocks one connector of an EVSE: give evseId')
  return outcomeOf(yield* ask2('UnlockConnector', { evseId, connectorId } satisfies UnlockPlace))
}

export const unlock = operation({
  summary: 'Unlock a connector',
  description:
    'OCPP 1.6: ends the transaction at the connector first. OCPP 2.x: rejected during a transaction. Default in OCPP 2.x: connector 1.',
  danger: 'interrupts',
  body: UnlockBody,
  facts: async () => undefined,
  rows: { v16: unlock16, v2: unlock2 }
})
