import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cost, type Over, Target, type TargetOptions } from './kit.js'

/** The longest that a charger which does nothing may wait because of one that does. */
const MAX_WAIT_MS = 1000
/** MiB of resident memory that an attack may cost while it lasts, and of memory in use when it is over. */
const MAX_PEAK = 256
const MAX_KEPT = 24

/** How long and how much: 1 is the short version of `npm test`. */
export class Scale {
  readonly factor: number

  constructor(factor: number) {
    this.factor = factor
  }

  /** So many, times the scale. */
  count(short: number): number {
    return Math.ceil(short * this.factor)
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

/** What one abuse came to. */
export interface Row extends Cost {
  family: string
  name: string
  came: string
  verdict: string
}

export interface AbuseOptions {
  scale: number
  over?: readonly Over[]
  report?: (row: Row) => void
}

const NOTHING: Cost = { wait: 0, wall: 0, answers: 0, before: 0, peak: 0, after: 0, kept: 0 }

/** Declares one test for a family, with a step for each abuse: they all happen to the same process. */
export function testAbuse(family: Family, { scale: factor, over: wanted, report }: AbuseOptions): void {
  const scale = new Scale(factor)
  const { settings } = family
  for (const over of family.over ?? ['TCP', 'TLS']) {
    if (wanted !== undefined && !wanted.includes(over)) continue
    const name = `${family.name}, over ${over}`
    test(name, async (suite) => {
      const target = await Target.start({ over, ...(settings !== undefined && { settings }) })
      for (const abuse of family.abuses) {
        await suite.test(abuse.name, async (step) => {
          const row: Row = { ...NOTHING, family: name, name: abuse.name, came: '', verdict: 'failed' }
          try {
            await judge(target, abuse, scale, row)
            row.verdict = 'ok'
          } catch (error) {
            row.verdict = (error as Error).message.split('\n')[0] ?? 'failed'
            throw error
          } finally {
            step.diagnostic(`${row.came}; ${row.wait} ms, ${row.before} > ${row.peak} > ${row.after} MiB`)
            report?.(row)
          }
        })
      }
    })
  }
}

async function judge(target: Target, abuse: Abuse, scale: Scale, row: Row): Promise<void> {
  const mark = target.mark()
  const cost = await target.suffer(async () => {
    row.came = await abuse.attack(target, scale)
  })
  Object.assign(row, cost)
  assert.ok(cost.wait < MAX_WAIT_MS, `the bystander waited ${cost.wait} ms`)
  assert.ok(cost.answers > 0, 'the bystander was not answered at all')
  assert.ok(cost.peak - cost.before < (abuse.peak ?? MAX_PEAK), `${cost.before} MiB grew to ${cost.peak} MiB`)
  assert.ok(cost.kept < MAX_KEPT, `${cost.kept} MiB are still in use`)
  // What others do wrong is no failure of ours.
  const failures = target.linesSince(mark).filter(({ level }) => Number(level) >= 50)
  assert.deepEqual(failures.slice(0, 3), [])
}
