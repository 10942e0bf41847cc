import { type Static, Type } from '@sinclair/typebox'
import type { Schema } from '../database/schema.js'
import { chunks, fold, type Reader } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'

// What the car of a driver needs as a rule: the default for each transaction of an id token, or of its group.

const energy = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 1e7, description: `Wh. ${description}` }))

/** Members of needs that do not depend on the transaction. */
export const NEEDS = {
  energy: energy('That the car is to get in the whole transaction'),
  minimumEnergy: energy('Without it the driver cannot leave: the car is charged first until it has got it'),
  priority: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'The highest first. Default: that of the EVSE' })
  ),
  mayPause: Type.Optional(
    Type.Boolean({
      description:
        'false: the car sleeps after a pause. It gets its minimum before others, and is not paused in favour of them. Default: that of the EVSE'
    })
  )
}

/** The longest stay that a driver may tell. Seconds. */
export const LONGEST_S = 31 * 86_400

const MEMBERS = {
  ...NEEDS,
  duration: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LONGEST_S,
      description: 'Seconds from the start of the transaction until the car leaves'
    })
  )
}

/** What an operator sets. */
export const ChargingNeedsBody = Type.Object(MEMBERS, {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ energy: 20_000, duration: 28_800, mayPause: false }]
})

export const ChargingNeeds = Type.Object(MEMBERS)
export type ChargingNeeds = Static<typeof ChargingNeeds>

/**
 * @param pointer of the needs in the body
 * @throws `IMPOSSIBLE_NEEDS`
 */
export function checkNeeds(
  { energy, minimumEnergy = 0 }: Pick<ChargingNeeds, 'energy' | 'minimumEnergy'>,
  pointer = ''
) {
  if (energy === undefined || minimumEnergy <= energy) return
  throw impossible(`${pointer}/minimumEnergy`, `is more than the energy of ${energy} Wh`)
}

export function impossible(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'IMPOSSIBLE_NEEDS', `${pointer} ${detail}`, { pointer, detail })
}

/** The id token that began a transaction. */
export interface Presented {
  idToken: string | null
  /** `null`: not known, as in 1.6. */
  idTokenType: string | null
}

/** The default needs of an id token, and those of its group. */
export interface DefaultNeeds {
  idToken?: ChargingNeeds
  group?: ChargingNeeds
}

type Row = Pick<Schema['id_tokens'], 'group_id' | 'charging_needs'> & { type: string; token_key: string }

/** The default needs of id tokens. Those of a group are the needs of the id token whose value is the id of the group. */
export async function defaultNeedsOf(
  db: Reader,
  presented: readonly Presented[]
): Promise<(each: Presented) => DefaultNeeds> {
  const own = await rowsOf(
    db,
    presented.flatMap(({ idToken }) => idToken ?? [])
  )
  const groups = await rowsOf(
    db,
    [...own.values()].flat().flatMap(({ group_id }) => group_id ?? [])
  )
  return ({ idToken, idTokenType }) => {
    if (idToken === null) return {}
    const row = rowOf(own.get(fold(idToken)), idTokenType)
    const parent = row?.group_id == null ? undefined : groups.get(fold(row.group_id))?.[0]
    return {
      ...(row?.charging_needs != null && { idToken: JSON.parse(row.charging_needs) as ChargingNeeds }),
      ...(parent?.charging_needs != null && { group: JSON.parse(parent.charging_needs) as ChargingNeeds })
    }
  }
}

/** The row for a type: 1.6 has none, and a row without a type is for any. */
function rowOf(rows: readonly Row[] = [], type: string | null): Row | undefined {
  if (type === null) return rows[0]
  const ofType = (wanted: string) => rows.find((row) => fold(row.type) === fold(wanted))
  return ofType(type) ?? ofType('')
}

async function rowsOf(db: Reader, idTokens: readonly string[]): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>()
  for (const part of chunks([...new Set(idTokens.map(fold))])) {
    const rows = await db
      .selectFrom('id_tokens')
      .select(['token_key', 'type', 'group_id', 'charging_needs'])
      .where('token_key', 'in', part)
      .orderBy('type')
      .execute()
    for (const row of rows) found.set(row.token_key, [...(found.get(row.token_key) ?? []), row])
  }
  return found
}
