import type { Dialect } from '../../lib/database/dialect.js'

/** Whether the calling test runs in the long suite. */
export const isLong = process.env.TEST_LONG === '1'

/** Options of a test that runs in the long suite only: `it('…', inLong, …)`. */
export const inLong = { skip: isLong ? false : 'npm run test:long' } as const

export const ALL_DATABASES: readonly Dialect[] = ['sqlite', 'postgres']

/** The databases of tests that depend little on which it is: `npm test` takes the first, the long suite the other. */
export const ORDINARY_DATABASES: readonly Dialect[] = readDatabases()

/** Whether the calling test takes all cases of a table: in the long suite, also in that of the other database. */
export const isThorough = isLong || ORDINARY_DATABASES.includes('postgres')

function readDatabases(): Dialect[] {
  const { TEST_DATABASES = 'sqlite' } = process.env
  return TEST_DATABASES.split(',').map((name) => (name === 'postgres' ? 'postgres' : 'sqlite'))
}

/** A number given to `npm run test:long`, such as `--seconds 60`. */
export function numberOf(option: string, standard: number): number {
  const given = optionOf(option)
  const number = given === undefined ? standard : Number(given)
  if (!Number.isFinite(number) || number < 0) throw new TypeError(`--${option} must be a number, not ${given}`)
  return number
}

/** A word given to `npm run test:long`, such as `--only floods`. */
export function optionOf(option: string): string | undefined {
  const options = JSON.parse(process.env.TEST_OPTIONS ?? '{}') as Record<string, string>
  return options[option]
}
