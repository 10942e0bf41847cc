import { type Static, Type } from '@sinclair/typebox'
import { type Protocol, type RequestOf, versionInfo } from 'fastify-ocpp'
import { difference, type LocalListEntry, merge } from '../charge-points/local-lists.js'
import { readTime } from '../http/paging.js'
import { oneOf } from '../http/records.js'
import {
  ID_TOKEN_STATUSES,
  type IdTokenInfo,
  type IdTokenStatus,
  idTagInfo,
  idTokenInfo
} from '../id-tokens/authorization.js'
import type { IdTokenRow } from '../id-tokens/rows.js'
import { dateTime, outcomeOf } from './common.js'
import { ask2, ask16, type Exchange, invalidRequest, type Outcome, type Step } from './exchange.js'
import { allIdTokens, configurationValue, localListOf, variableValue } from './facts.js'
import { type Lookup, operation } from './operation.js'
import { type MessageLimits, readLimit, split } from './parts.js'

const Entry = Type.Object(
  {
    idToken: Type.String({ minLength: 1, maxLength: 255 }),
    type: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'Type of the id token in OCPP 2.x. Default: ISO14443. OCPP 1.6 has no types'
      })
    ),
    status: Type.Optional(oneOf(ID_TOKEN_STATUSES, 'Default: Accepted')),
    groupId: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    expiresAt: Type.Optional(dateTime('When the id token expires')),
    remove: Type.Optional(
      Type.Literal(true, { description: 'Removes the id token from the list; with `differential` only' })
    )
  },
  { additionalProperties: false }
)
type Entry = Static<typeof Entry>

const Body = Type.Object(
  {
    update: Type.Optional(
      oneOf(['full', 'differential'], 'full (default): replaces the list; differential: changes the list')
    ),
    entries: Type.Optional(
      Type.Array(Entry, {
        maxItems: 100_000,
        description: 'Default: all id tokens of the back-end; `differential` sends those that have changed'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        update: 'full',
        entries: [{ idToken: '04E91C5A2B3C', status: 'Accepted', expiresAt: '2099-12-31T23:59:59.000Z' }]
      }
    ]
  }
)
type Body = Static<typeof Body>

interface ListFacts {
  idTokens: readonly IdTokenRow[]
  limits: MessageLimits
  /** The entries of the charge point, if they belong to this version of the list. */
  known: { version: number; entries: readonly LocalListEntry[] } | undefined
  isSayable: (idToken: IdTokenRow) => boolean
}

/**
 * Whether the OCPP version supports the length and the type of an id token. A token without a type gets a supported
 * one.
 */
function isSayable(protocol: Protocol, { id_token, type }: IdTokenRow): boolean {
  const { maxIdTokenLength, idTokenTypes } = versionInfo(protocol)
  if ([...id_token].length > maxIdTokenLength) return false
  return type === '' || idTokenTypes === undefined || idTokenTypes.includes(type)
}

async function listFacts(lookup: Lookup, { entries }: Body): Promise<ListFacts> {
  const { db, chargePoint, protocol } = lookup
  const list = await localListOf(db, chargePoint.id)
  const isKnown = list !== undefined && list.entries !== null
  return {
    idTokens: entries === undefined ? await allIdTokens(db) : [],
    limits: await limitsOf(lookup),
    known: isKnown ? { version: list.version, entries: JSON.parse(list.entries ?? '[]') } : undefined,
    isSayable: (idToken) => isSayable(protocol, idToken)
  }
}

async function limitsOf({ db, chargePoint: { id }, protocol }: Lookup): Promise<MessageLimits> {
  if (!versionInfo(protocol).hasDeviceModel) return { items: readLimit(await configurationValue(db, id, MAX_LENGTH)) }
  const find = (variable: string) => variableValue(db, id, { component: CONTROLLER, variable })
  return { items: readLimit(await find('ItemsPerMessage')), bytes: readLimit(await find('BytesPerMessage')) }
}

/** Maximum number of entries in one SendLocalList. [1.6 §9.2.3; 2.x D01.FR.11] */
const MAX_LENGTH = 'SendLocalListMaxLength'
const CONTROLLER = 'LocalAuthListCtrlr'

interface Answer {
  status: string
  statusInfo?: object
}

/** The steps of the exchange in one version. */
interface Words {
  /** A negative number: the charge point has no list. */
  version: () => Generator<Step, number, unknown>
  maxItems: () => Generator<Step, number, unknown>
  entry: (idToken: string, type: string | undefined, info: IdTokenInfo | undefined) => LocalListEntry
  send: (version: number, isFull: boolean, entries: readonly LocalListEntry[]) => Generator<Step, Answer, unknown>
}

/** Used if the charge point does not report its maximum number of entries. */
const FEW = 10

type List16 = NonNullable<RequestOf<'ocpp1.6', 'SendLocalList'>['localAuthorizationList']>
type List2 = NonNullable<RequestOf<'ocpp2.1', 'SendLocalList'>['localAuthorizationList']>

const WORDS_16: Words = {
  *version() {
    return (yield* ask16('GetLocalListVersion', {})).listVersion
  },
  *maxItems() {
    const { configurationKey = [] } = yield* ask16('GetConfiguration', { key: [MAX_LENGTH] })
    return readLimit(configurationKey[0]?.value) ?? FEW
  },
  entry: (idToken, _type, info) => ({ idTag: idToken, ...(info !== undefined && { idTagInfo: idTagInfo(info) }) }),
  send: (listVersion, isFull, entries) =>
    ask16('SendLocalList', {
      listVersion,
      updateType: isFull ? 'Full' : 'Differential',
      ...(entries.length > 0 && { localAuthorizationList: entries as List16 })
    })
}

const WORDS_2: Words = {
  *version() {
    return (yield* ask2('GetLocalListVersion', {})).versionNumber
  },
  *maxItems() {
    const wanted = { component: { name: CONTROLLER }, variable: { name: 'ItemsPerMessage' } }
    const { getVariableResult } = yield* ask2('GetVariables', { getVariableData: [wanted] })
    return readLimit(getVariableResult[0]?.attributeValue) ?? FEW
  },
  entry: (idToken, type, info) => ({
    // The list is for tokens that are presented at the charge point, which are usually cards.
    idToken: { idToken, type: type || 'ISO14443' },
    ...(info !== undefined && { idTokenInfo: idTokenInfo(info) })
  }),
  send: (versionNumber, isFull, entries) =>
    ask2('SendLocalList', {
      versionNumber,
      updateType: isFull ? 'Full' : 'Differential',
      ...(entries.length > 0 && { localAuthorizationList: entries as List2 })
    })
}

/** A list, or changes to one, in the words of a version. */
interface Update {
  isFull: boolean
  entries: readonly LocalListEntry[]
}

function* sendList(request: Body, facts: ListFacts, words: Words): Exchange {
  const current = yield* words.version()
  // [1.6 §5.10]
  if (current < 0) return { status: 'not-supported', reason: 'no local authorization list' }
  const before = facts.known?.version === current ? facts.known.entries : undefined
  const { update, skipped } = updateOf(request, facts, { words, before })
  const details = { ...(skipped > 0 && { skipped }) }
  if (!update.isFull && update.entries.length === 0)
    return { status: 'accepted', version: current, sent: 0, ...details }

  const limits = yield* knownLimits(facts.limits, update, words)
  const outcome = yield* transfer(update, { words, limits, version: current + 1 })
  const full = isFullNeeded(update, outcome) ? fullOf(update, before) : undefined
  if (full === undefined) return { ...outcome, ...details }
  // A list never has a negative version, and a list that was rejected may have any version.
  const version = Math.max(yield* words.version(), 0) + 1
  return { ...(yield* transfer(full, { words, limits: yield* knownLimits(limits, full, words), version })), ...details }
}

const MISMATCH = 'VersionMismatch'
const FAILED = 'Failed'

/**
 * Another process has changed the list meanwhile, or the charge point could not apply the changes. The full list is
 * sent once. A full list that was rejected would be rejected again. [1.6 §5.15; 2.x D01.FR.09]
 */
function isFullNeeded({ isFull }: Update, { reason }: Outcome): boolean {
  return reason === MISMATCH || (reason === FAILED && !isFull)
}

/** The changes since the entries of the charge point; `undefined` if these are unknown. */
function fullOf(update: Update, before: readonly LocalListEntry[] | undefined): Update | undefined {
  return update.isFull ? update : before && { isFull: true, entries: merge(before, update.entries) }
}

function updateOf(
  { update = 'full', entries }: Body,
  { idTokens, isSayable }: ListFacts,
  { words, before }: { words: Words; before: readonly LocalListEntry[] | undefined }
): { update: Update; skipped: number } {
  const isFull = update === 'full'
  if (entries !== undefined) {
    if (isFull && entries.some(({ remove }) => remove)) throw invalidRequest('remove needs a differential update')
    const ofEntry = (entry: Entry) => words.entry(entry.idToken, entry.type, entry.remove ? undefined : infoOf(entry))
    return { update: { isFull, entries: entries.map(ofEntry) }, skipped: 0 }
  }
  const fitting = idTokens.filter(isSayable)
  const all = fitting.map((row) => words.entry(row.id_token, row.type, infoOfRow(row)))
  const skipped = idTokens.length - fitting.length
  if (isFull || before === undefined) return { update: { isFull: true, entries: all }, skipped }
  return { update: { isFull, entries: difference(before, all) }, skipped }
}

function infoOf({ status = 'Accepted', groupId, expiresAt }: Entry): IdTokenInfo {
  return {
    status,
    ...(groupId !== undefined && { groupId }),
    ...(expiresAt !== undefined && { expiresAt: readTime('expiresAt', expiresAt) })
  }
}

function infoOfRow({ status, group_id, expires_at, language }: IdTokenRow): IdTokenInfo {
  return {
    status: status as IdTokenStatus,
    ...(group_id !== null && { groupId: group_id }),
    ...(expires_at !== null && { expiresAt: expires_at }),
    ...(language !== null && { language })
  }
}

function* knownLimits(
  limits: MessageLimits,
  { entries }: Update,
  words: Words
): Generator<Step, MessageLimits, unknown> {
  if (limits.items !== undefined || entries.length <= 1) return limits
  return { ...limits, items: yield* words.maxItems() }
}

interface Transfer {
  words: Words
  limits: MessageLimits
  version: number
}

/** Splits the entries into parts. Only the first part replaces the list. [2.x D01.FR.18] */
function* transfer(
  { isFull, entries }: Update,
  { words, limits, version }: Transfer
): Generator<Step, Outcome, unknown> {
  const parts = entries.length === 0 ? [[]] : split(entries, limits)
  let sent = 0
  for (const [index, part] of parts.entries()) {
    const answer = yield* words.send(version + index, isFull && index === 0, part)
    if (answer.status !== 'Accepted') return broken(outcomeOf(answer), { sent, version: version + index - 1 })
    sent += part.length
  }
  return { status: 'accepted', version: version + parts.length - 1, sent }
}

function broken(outcome: Outcome, { sent, version }: { sent: number; version: number }): Outcome {
  return sent === 0 ? { ...outcome, sent } : { ...outcome, status: 'partial', version, sent }
}

export const sendLocalList = operation({
  summary: 'Send the local authorization list',
  description:
    'Sends the list in parts that the charge point accepts, with the next version numbers. When a differential update is answered `Failed` or `VersionMismatch`, the back-end sends the full list once, if it knows the entries; `calls` shows both, and `status` is that of the full list. `partial`: the charge point accepted only the first parts.',
  body: Body,
  details: {
    version: Type.Optional(Type.Integer({ description: 'New version of the list' })),
    sent: Type.Optional(Type.Integer({ description: 'Number of entries that the charge point accepted' })),
    skipped: Type.Optional(
      Type.Integer({
        description: 'Number of id tokens that this version of OCPP does not support, e.g. because they are too long'
      })
    )
  },
  isExclusive: true,
  facts: listFacts,
  rows: {
    v16: (request: Body, facts: ListFacts) => sendList(request, facts, WORDS_16),
    v2: (request: Body, facts: ListFacts) => sendList(request, facts, WORDS_2)
  }
})
