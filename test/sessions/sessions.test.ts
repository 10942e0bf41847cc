import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { DEVIATIONS } from 'fastify-ocpp'
import { startBackend } from '../app/support.js'
import { isLong } from '../support/long.js'
import { play } from './replay.js'
import { type Books, booksOf, MODES, type Mode, readSessions, type Session } from './session.js'

const sessions = readSessions()

it('the 50 or more sessions cover all versions, and each names its source', () => {
  assert.ok(sessions.length >= 50)
  assert.equal(new Set(sessions.map(({ name }) => name)).size, sessions.length)
  assert.equal(new Set(sessions.map(({ protocol }) => protocol)).size, 3)
  for (const { source } of sessions) assert.match(source, /^(composed|[\w.-]+\/[\w.-]+#\d+(, [\w.-]+\/[\w.-]+#\d+)?)$/)
})

it('every deviation that the back-end can accept has a session, and with it books', () => {
  const played = new Set<string>(sessions.flatMap(({ deviations }) => deviations))
  assert.deepEqual(
    Object.keys(DEVIATIONS).filter((name) => !played.has(name)),
    []
  )
})

it('with its deviations, no message of a session is rejected', () => {
  const refused = sessions.filter((session) => booksOf(session, 'lenient').refused.length > 0)
  assert.deepEqual(refused, [])
})

it('without its deviations something of a session is lost, and one that needs none is the same in every mode', () => {
  for (const session of sessions) {
    const [strict, lenient, warn] = MODES.map((mode) => booksOf(session, mode))
    if (session.deviations.length === 0) assert.deepEqual([lenient, warn], [strict, strict], session.name)
    else assert.notDeepEqual(strict, lenient, session.name)
  }
})

/** Readings of the same time have no order of their own. */
function inOrder({ readings, ...books }: Books): Books {
  return { ...books, readings: [...readings].sort() }
}

/** Each session in one mode, and the next one in another; in the long suite each in all of them. */
const PLAYED = sessions.flatMap((session, index) => {
  const modes = MODES.filter((_mode, at) => isLong || at === index % MODES.length)
  return modes.map((mode) => ({ session, index, mode }))
})

/** Sessions that are played at a time, so that their messages are committed together. */
const AT_ONCE = 24

describe('a session of a charger as it is', () => {
  const played = new Map<string, Promise<Books>>()
  const key = ({ name }: Session, mode: Mode) => `${mode}: ${name}`

  before(async () => {
    const server = await startBackend()
    const waiting = [...PLAYED]
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { session, index, mode } = next
        const identity = `S${index + 1}${session.isEncodedTwice ? ' ' : '-'}${mode}`
        const books = play(server, session, mode, identity)
        played.set(key(session, mode), books)
        await books.catch(() => undefined)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  })

  for (const { session, mode } of PLAYED) {
    it(`${mode}: ${session.vendor} ${session.model}: ${session.name}`, async () => {
      const books = await played.get(key(session, mode))
      assert.deepEqual(books && inOrder(books), inOrder(booksOf(session, mode)))
    })
  }
})
