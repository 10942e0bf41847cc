import { type Static, Type } from '@sinclair/typebox'
import type { RequestOf } from 'fastify-ocpp'
import { findIdToken, type IdTokenRow } from '../id-tokens/rows.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import {
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
import { ask2, ask16, NotSupportedError } from './exchange.js'
import { type Lookup, operation } from './operation.js'
import { profile2, profile16 } from './profiles.js'
import { findMeant, TRANSACTION } from './which-transaction.js'

const StartBody = Type.Object(
  {
    idToken: ID_TOKEN,
    ...PLACE,
    groupId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Whose tokens may stop it; 2.x only. Default: the group of the id token as it is known here'
      })
    ),
    chargingLimit: Type.Optional(
      Type.Object(LIMIT, { additionalProperties: false, description: 'For this transaction, from its start on' })
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
  profileId: number
}

async function startFacts({ db, nextId }: Lookup, { idToken }: StartBody): Promise<StartFacts> {
  return { known: await findIdToken(db, idToken.idToken), remoteStartId: nextId(), profileId: nextId() }
}

function* start16({ idToken, groupId, chargingLimit, ...place }: StartBody, { profileId }: StartFacts) {
  if (groupId !== undefined) throw new NotSupportedError('OCPP 1.6 has no groupId here: Authorize tells it')
  const connectorId = connectorOf16(place)
  const answer = yield* ask16('RemoteStartTransaction', {
    idTag: idToken.idToken,
    ...(connectorId !== undefined && { connectorId }),
    ...(chargingLimit !== undefined && { chargingProfile: profile16(ofStart(chargingLimit, profileId)) })
  })
  return outcomeOf(answer)
}

function* start2(request: StartBody, { known, remoteStartId, profileId }: StartFacts) {
  const { idToken, groupId = known?.group_id, chargingLimit, ...place } = request
  const evseId = evseIdOf2(place)
  const answer = yield* ask2('RequestStartTransaction', {
    idToken: idToken2(idToken, known),
    remoteStartId,
    ...groupToken2(groupId),
    ...(evseId !== undefined && { evseId }),
    ...(chargingLimit !== undefined && { chargingProfile: profile2(ofStart(chargingLimit, profileId)) })
  })
  const { transactionId } = answer
  return outcomeOf(answer, { remoteStartId, ...(transactionId !== undefined && { transactionId }) })
}

/** It has no transaction yet, and its time is counted from the start. [1.6 §3.13.1; 2.x F01, K05] */
function ofStart(limit: NonNullable<StartBody['chargingLimit']>, profileId: number) {
  return { ...limit, profileId, purpose: 'transaction', stackLevel: 0 } as const
}

export const start = operation({
  summary: 'Start a transaction',
  description:
    '2.x: the transaction that starts has the `remoteStartId` of the answer, by which `/transactions?remoteStartId=` finds it. 1.6 has no such thing: it is the next one of this id token there.',
  body: StartBody,
  details: {
    remoteStartId: Type.Optional(Type.Integer({ description: '2.x; that of the transaction' })),
    transactionId: Type.Optional(Type.String({ description: '2.x, when the charge point had started it already' }))
  },
  facts: startFacts,
  rows: { v16: start16, v2: start2 }
})

const StopBody = Type.Object(TRANSACTION, { additionalProperties: false, examples: [{ evseId: 1 }] })

function* stop16(_request: unknown, { ocpp16_id, transaction_id: transactionId }: TransactionRow) {
  // One that was started when it spoke 2.x, before it was set back.
  if (ocpp16_id === null) throw new NotSupportedError('OCPP 1.6 knows transactions by a number, and this has none')
  return outcomeOf(yield* ask16('RemoteStopTransaction', { transactionId: ocpp16_id }), { transactionId })
}

function* stop2(_request: unknown, transaction: TransactionRow) {
  const transactionId = displayedIdOf(transaction)
  return outcomeOf(yield* ask2('RequestStopTransaction', { transactionId }), { transactionId })
}

export const stop = operation({
  summary: 'Stop a transaction',
  description: 'The one that is named, or else the only one that is open there.',
  body: StopBody,
  details: { transactionId: Type.String({ description: 'Which one it was' }) },
  facts: findMeant,
  rows: { v16: stop16, v2: stop2 }
})

const UnlockBody = Type.Object(PLACE, { additionalProperties: false, examples: [{ evseId: 1 }] })
type UnlockPlace = RequestOf<'ocpp2.1', 'UnlockConnector'>

function* unlock16(place: Static<typeof UnlockBody>) {
  const connectorId = connectorOf16(place)
  if (connectorId === undefined) throw new NotSupportedError('OCPP 1.6 unlocks one connector: say which')
  return outcomeOf(yield* ask16('UnlockConnector', { connectorId }))
}

function* unlock2(place: Static<typeof UnlockBody>) {
  const { evseId, connectorId = 1 } = placeOf2(place)
  if (evseId === undefined) throw new NotSupportedError('OCPP 2.x unlocks one connector of an EVSE: say which')
  return outcomeOf(yield* ask2('UnlockConnector', { evseId, connectorId } satisfies UnlockPlace))
}

export const unlock = operation({
  summary: 'Unlock a connector',
  description: '1.6: a transaction there ends first. 2.x: refused while one goes on. Default in 2.x: connector 1.',
  body: UnlockBody,
  facts: async () => undefined,
  rows: { v16: unlock16, v2: unlock2 }
})
