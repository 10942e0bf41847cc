import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { onSharedBackend, operate, stateOf } from '../app/support.js'
import type { CallHandler } from '../support/charger.js'
import { PROTOCOLS, perform, play } from './support.js'

interface Sent {
  version: number
  type: string
  tokens: string[]
}

interface Entry {
  idTag?: string
  idToken?: { idToken: string }
}

/** The local list of a charger, which takes so many entries at a time. */
class List {
  version = 0
  readonly sent: Sent[] = []
  /** Its next answers; Accepted when there is nothing more. */
  readonly answers: string[] = []
  /** Happens before a list is looked at. */
  meanwhile: () => void = () => undefined
  readonly #most: string

  constructor(most: string) {
    this.#most = most
  }

  readonly answer: CallHandler = (action, payload) => {
    const request = payload as Record<string, unknown>
    if (action === 'GetLocalListVersion') return { listVersion: this.version }
    if (action === 'GetConfiguration') {
      return { configurationKey: [{ key: 'SendLocalListMaxLength', readonly: true, value: this.#most }] }
    }
    if (action === 'GetVariables') {
      const [wanted] = request.getVariableData as object[]
      return { getVariableResult: [{ ...wanted, attributeStatus: 'Accepted', attributeValue: this.#most }] }
    }
    return this.#take(request)
  }

  #take(request: Record<string, unknown>) {
    this.meanwhile()
    const version = Number(request.listVersion ?? request.versionNumber)
    const entries = (request.localAuthorizationList ?? []) as Entry[]
    const tokens = entries.map(({ idTag, idToken }) => idTag ?? idToken?.idToken ?? '')
    this.sent.push({ version, type: String(request.updateType), tokens })
    const status = this.answers.shift() ?? this.#verdict(version, request.updateType === 'Full')
    if (status === 'Accepted') this.version = version
    return { status }
  }

  #verdict(version: number, isFull: boolean): string {
    return !isFull && version <= this.version ? 'VersionMismatch' : 'Accepted'
  }
}

/** 2.x calls the version otherwise. */
function answerOf(list: List, protocol: Protocol): CallHandler {
  if (protocol === 'ocpp1.6') return list.answer
  return (action, payload, id) =>
    action === 'GetLocalListVersion' ? { versionNumber: list.version } : list.answer(action, payload, id)
}

const entries = (...tokens: string[]) => tokens.map((idToken) => ({ idToken }))

onSharedBackend('a local list', (start) => {
  for (const protocol of PROTOCOLS) {
    it(`is sent in parts, the first of them in full, in ${protocol}`, async () => {
      const server = await start()
      const list = new List('2')
      list.version = 6
      const { charger } = await play(server, protocol, answerOf(list, protocol))
      const request = { entries: entries('A', 'B', 'C', 'D', 'E') }
      const { body } = await perform(server, charger.identity, 'operations/send-local-list', request)
      assert.deepEqual([body.status, body.version, body.sent], ['accepted', 9, 5])
      assert.deepEqual(list.sent, [
        { version: 7, type: 'Full', tokens: ['A', 'B'] },
        { version: 8, type: 'Differential', tokens: ['C', 'D'] },
        { version: 9, type: 'Differential', tokens: ['E'] }
      ])
      const { localList } = await stateOf(server, charger.identity)
      assert.deepEqual([localList.version, localList.entries.length], [9, 5])
    })

    it(`is sent again in full when it was changed elsewhere, in ${protocol}`, async () => {
      const server = await start()
      const list = new List('10')
      const { charger } = await play(server, protocol, answerOf(list, protocol))
      const send = (request: object) => perform(server, charger.identity, 'operations/send-local-list', request)
      await send({ entries: entries('A', 'B') })
      list.sent.length = 0
      list.meanwhile = () => {
        list.version = 40
        list.meanwhile = () => undefined
      }
      const { body } = await send({
        update: 'differential',
        entries: [{ idToken: 'A', remove: true }, { idToken: 'C' }]
      })
      assert.deepEqual([body.status, body.version, body.sent], ['accepted', 41, 2])
      assert.deepEqual(list.sent, [
        { version: 2, type: 'Differential', tokens: ['A', 'C'] },
        { version: 41, type: 'Full', tokens: ['B', 'C'] }
      ])
    })

    for (const refusal of ['Failed', 'VersionMismatch']) {
      it(`is sent in full after changes to it that are answered ${refusal}, in ${protocol}`, async () => {
        const server = await start()
        const list = new List('10')
        const { charger } = await play(server, protocol, answerOf(list, protocol))
        const send = (request: object) => perform(server, charger.identity, 'operations/send-local-list', request)
        await send({ entries: entries('A', 'B') })
        list.sent.length = 0
        list.answers.push(refusal)
        const { body } = await send({ update: 'differential', entries: entries('C') })
        assert.deepEqual([body.status, body.reason, body.version, body.sent], ['accepted', undefined, 2, 3])
        assert.deepEqual(list.sent, [
          { version: 2, type: 'Differential', tokens: ['C'] },
          { version: 2, type: 'Full', tokens: ['A', 'B', 'C'] }
        ])
        const sent = body.calls.filter(({ action }: { action: string }) => action === 'SendLocalList')
        const answers = sent.map(({ result }: { result: { status: string } }) => result.status)
        assert.deepEqual(answers, [refusal, 'Accepted'])
        const { localList } = await stateOf(server, charger.identity)
        assert.deepEqual([localList.version, localList.entries.length], [2, 3])
      })
    }

    it(`is not sent a third time when the full list is rejected, too, in ${protocol}`, async () => {
      const server = await start()
      const list = new List('10')
      const { charger } = await play(server, protocol, answerOf(list, protocol))
      const send = (request: object) => perform(server, charger.identity, 'operations/send-local-list', request)
      await send({ entries: entries('A') })
      list.sent.length = 0
      list.answers.push('VersionMismatch', 'Failed')
      const { body } = await send({ update: 'differential', entries: entries('B') })
      assert.deepEqual([body.status, body.reason, body.sent], ['rejected', 'Failed', 0])
      assert.deepEqual(
        list.sent.map(({ type }) => type),
        ['Differential', 'Full']
      )
      const { localList } = await stateOf(server, charger.identity)
      assert.deepEqual([localList.version, localList.entries.length], [1, 1])
    })

    it(`is not sent in full to a charge point that leaves after Failed, and the answer shows why, in ${protocol}`, async () => {
      const server = await start()
      const list = new List('10')
      const { charger } = await play(server, protocol, (action, payload, id) => {
        if (list.sent.some(({ type }) => type === 'Differential') && action === 'GetLocalListVersion') {
          void charger.close()
          return undefined
        }
        return answerOf(list, protocol)(action, payload, id)
      })
      const send = (request: object) => perform(server, charger.identity, 'operations/send-local-list', request)
      await send({ entries: entries('A') })
      list.answers.push('Failed')
      const { status, body } = await send({ update: 'differential', entries: entries('B') })
      assert.equal(status, 504)
      const last = body.calls.at(-1)
      assert.deepEqual([last.action, last.result], ['GetLocalListVersion', undefined])
      assert.deepEqual(
        list.sent.map(({ type }) => type),
        ['Full', 'Differential']
      )
      const away = await send({ update: 'differential', entries: entries('B') })
      assert.deepEqual([away.status, away.body.code], [409, 'OCPP_ERR_NOT_CONNECTED'])
    })

    it(`reports how many parts arrived when it breaks off in the middle, in ${protocol}`, async () => {
      const server = await start()
      const list = new List('1')
      list.answers.push('Accepted', 'Failed')
      const { charger } = await play(server, protocol, answerOf(list, protocol))
      const request = { entries: entries('A', 'B', 'C') }
      const { body } = await perform(server, charger.identity, 'operations/send-local-list', request)
      assert.deepEqual([body.status, body.reason, body.version, body.sent], ['partial', 'Failed', 1, 1])
      assert.equal(list.sent.length, 2)
    })
  }

  it('is answered with the mismatch when its present entries are unknown', async () => {
    const server = await start()
    const list = new List('10')
    list.answers.push('VersionMismatch')
    const { charger } = await play(server, 'ocpp1.6', list.answer)
    const request = { update: 'differential', entries: entries('A') }
    const { body } = await perform(server, charger.identity, 'operations/send-local-list', request)
    assert.deepEqual([body.status, body.reason, list.sent.length], ['rejected', 'VersionMismatch', 1])
  })

  it('is sent with all id tokens by default, and then with changes only', async () => {
    const server = await start()
    for (const [idToken, body] of Object.entries({ ONE: {}, TWO: { status: 'Blocked' }, ['X'.repeat(21)]: {} })) {
      await operate(server, 'PUT', `/id-tokens/${idToken}`, body)
    }
    const list = new List('10')
    const { charger } = await play(server, 'ocpp1.6', list.answer)
    const send = (request: object) => perform(server, charger.identity, 'operations/send-local-list', request)
    const { body } = await send({})
    assert.deepEqual([body.status, body.sent, body.skipped], ['accepted', 2, 1])
    await operate(server, 'DELETE', '/id-tokens/ONE')
    await operate(server, 'PUT', '/id-tokens/THREE', {})
    const second = await send({ update: 'differential' })
    assert.deepEqual([second.body.status, second.body.version, second.body.sent], ['accepted', 2, 2])
    assert.deepEqual(list.sent, [
      { version: 1, type: 'Full', tokens: ['ONE', 'TWO'] },
      { version: 2, type: 'Differential', tokens: ['THREE', 'ONE'] }
    ])
    const third = await send({ update: 'differential' })
    assert.deepEqual([third.body.status, third.body.sent, list.sent.length], ['accepted', 0, 2])
    for (const idToken of ['TWO', 'THREE', 'X'.repeat(21)]) await operate(server, 'DELETE', `/id-tokens/${idToken}`)
  })

  it('is emptied by one without entries', async () => {
    const server = await start()
    const list = new List('10')
    const { charger, asked } = await play(server, 'ocpp2.1', answerOf(list, 'ocpp2.1'))
    await perform(server, charger.identity, 'operations/send-local-list', { entries: [] })
    assert.deepEqual(asked.at(-1), ['SendLocalList', { versionNumber: 1, updateType: 'Full' }])
    assert.deepEqual((await stateOf(server, charger.identity)).localList.entries, [])
  })

  it('is sent one after the other when two are wanted at a time', async () => {
    const server = await start()
    const list = new List('1')
    const { charger } = await play(server, 'ocpp1.6', list.answer)
    const send = (...tokens: string[]) =>
      perform(server, charger.identity, 'operations/send-local-list', { entries: entries(...tokens) })
    const both = await Promise.all([send('A', 'B'), send('C', 'D')])
    assert.deepEqual(
      // Which of them came first nobody knows.
      both.map(({ body }) => `${body.status} ${body.version}`).sort(),
      ['accepted 2', 'accepted 4']
    )
    assert.deepEqual(
      list.sent.map(({ type }) => type),
      ['Full', 'Differential', 'Full', 'Differential']
    )
  })
})
