import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberOf, optionOf } from '../support/long.js'
import { type Cost, type Over, Target, type TargetOptions } from './kit.js'

/** MiB of resident memory that an attack may cost while it lasts, and of memory in use when it is over. */
const MAX_PEAK = 256
const MAX_KEPT = 36

/** How long and how much. */
export class Scale {
  readonly factor: number

  constructor(factor: number) {
    this.factor = factor
  }

  /** So many, times the scale. */
  count(short: number): number {
    return Math.ceil(short * this.factor)
  }

  /** All kinds, or a part of them, one at least, when the scale is below 1. */
  some<T>(kinds: readonly T[]): readonly T[] {
    const step = Math.max(1, Math.round(1 / this.factor))
    return kinds.filter((_kind, index) => index % step === 0)
  }

  /** Milliseconds, times the scale. */
  time(short: number): number {
    return short * this.factor
  }
}

/** Something bad that a peer does. */
export interface Abuse {
  /** A sentence: what is done, and what comes of it. */
  name: string
  /** MiB of resident memory that it may cost while it lasts. Default 256. */
  peak?: number
  /** Does it, checks what comes back, and says in a few words what that was. */
  attack(target: Target, scale: Scale): Promise<string>
}

/** Abuses of one back-end. */
export interface Family {
  name: string
  settings?: TargetOptions['settings']
  /** Default both. */
  over?: readonly Over[]
  abuses: readonly Abuse[]
}

export interface AbuseOptions {
  scale: number
  over: Over
}

/** Declares the tests of a family as `npm run test:long -- abuse` was asked to: everything once over TCP if not. */
export function testAbuseAtLength(family: Family, standard: Over = 'TCP'): void {
  const over = optionOf('over') ?? standard
  if (over !== 'TCP' && over !== 'TLS') throw new TypeError(`--over is TCP or TLS, not ${over}`)
  const isWanted = family.name.includes(optionOf('only') ?? '') && (family.over?.includes(over) ?? true)
  if (isWanted) testAbuse(family, { scale: numberOf('scale', 1), over })
}

/** Declares one test for a family, with a step for each abuse: they all happen to the same process. */
export function testAbuse({ name, settings = {}, abuses }: Family, { scale: factor, over }: AbuseOptions): void {
  const scale = new Scale(factor)
  test(`${name}, over ${over}`, async (suite) => {
    const target = await Target.start({ over, settings })
    for (const abuse of abuses) {
      await suite.test(abuse.name, async (step) => {
        const mark = target.mark()
        let came = ''
        const attack = () =>
          target.suffer(async () => {
            came = await abuse.attack(target, scale)
          })
        let cost = await attack()
        // Another program may have kept the bystander waiting; an abuse that does it, does it again.
        if (cost.wait >= cost.limit) cost = await attack()
        const { wait, limit, before, peak, after } = cost
        step.diagnostic(`${came}; ${wait} ms of ${limit} allowed, ${before} > ${peak} > ${after} MiB`)
        judge(abuse, cost)
        // What others do wrong is no failure of ours.
        const failures = target.linesSince(mark).filter(({ level }) => Number(level) >= 50)
        assert.deepEqual(failures.slice(0, 3), [])
      })
    }
  })
}

function judge(abuse: Abuse, { wait, limit, answers, before, peak, kept }: Cost): void {
  assert.ok(wait < limit, `the bystander waited ${wait} ms, and may wait ${limit} on this machine`)
  assert.ok(answers > 0, 'the bystander was not answered at all')
  assert.ok(peak - before < (abuse.peak ?? MAX_PEAK), `${before} MiB grew to ${peak} MiB`)
  assert.ok(kept < MAX_KEPT, `${kept} MiB are still in use`)
}
