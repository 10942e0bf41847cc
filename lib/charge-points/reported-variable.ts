import type { Reader } from '../events/scope.js'

/** The value of a variable as the charge point has reported it last; `undefined` if it never has. [2.x B07] */
export async function reportedVariable(
  db: Reader,
  chargePointId: number,
  { component, variable }: { component: string; variable: string }
): Promise<string | undefined> {
  const row = await db
    .selectFrom('variables')
    .select('value')
    .where('charge_point_id', '=', chargePointId)
    .where('component', '=', component)
    .where('variable', '=', variable)
    .where('attribute', '=', 'Actual')
    .limit(1)
    .executeTakeFirst()
  return row?.value ?? undefined
}
