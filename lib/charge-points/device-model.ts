import { type Change, chunks, fold, lastOfEach } from '../events/scope.js'

/** A component of 2.x, as the standard spells it. */
export interface Component {
  name: string
  instance?: string
  evse?: { id: number; connectorId?: number }
}

export interface Variable {
  name: string
  instance?: string
}

/** One attribute of a variable. */
export interface Attribute {
  component: Component
  variable: Variable
  /** Default: Actual. */
  attribute?: string
  value?: string
}

/** An attribute in a report. */
export interface ReportedAttribute extends Attribute {
  mutability?: string
  persistent?: boolean
  constant?: boolean
  characteristics?: object
}

/** One attribute as operators see it. */
export interface ReportItem extends ReportedAttribute {
  readonly: boolean
}

/** Without secrets. */
export function reportItem({ value, ...rest }: ReportedAttribute): ReportItem {
  const isShown = value !== undefined && !isSecret(rest.variable.name)
  return { ...rest, ...(isShown && { value }), readonly: rest.mutability === 'ReadOnly' }
}

/** The columns of a component and a variable. */
export function location(component: Component, variable: Variable) {
  return {
    component: component.name,
    component_instance: component.instance ?? '',
    evse_id: component.evse?.id ?? 0,
    connector_id: component.evse?.connectorId ?? 0,
    variable: variable.name,
    variable_instance: variable.instance ?? ''
  }
}

/** The component and the variable of a row: the reverse of {@link location}. */
export function placeIn(row: ReturnType<typeof location>): { component: Component; variable: Variable } {
  const evse = { id: row.evse_id, ...(row.connector_id > 0 && { connectorId: row.connector_id }) }
  return {
    component: {
      name: row.component,
      ...(row.component_instance !== '' && { instance: row.component_instance }),
      ...(row.evse_id > 0 && { evse })
    },
    variable: {
      name: row.variable,
      ...(row.variable_instance !== '' && { instance: row.variable_instance })
    }
  }
}

export interface NamedAttribute {
  component: Component
  variable: Variable
  attribute?: string | undefined
}

/** Whether two name the same attribute; names do not regard case. [Part 2 "identifierString"] */
export function sameVariable(one: NamedAttribute, other: NamedAttribute): boolean {
  return attributeKey(one) === attributeKey(other)
}

/** A text that is equal for all spellings of the same attribute. */
export function attributeKey({ component, variable, attribute = 'Actual' }: NamedAttribute): string {
  return fold(JSON.stringify([...Object.values(location(component, variable)), attribute]))
}

/** Names of variables that hold secrets. [A01.FR.09] */
const SECRETS = /^(?:basicauthpassword|authorizationkey|password|sharedsecret|simpin)$/i

/** Whether a configuration key or variable holds a password. */
export function isSecret(name: string): boolean {
  return SECRETS.test(name)
}

const KEY = [
  'charge_point_id',
  'component',
  'component_instance',
  'evse_id',
  'connector_id',
  'variable',
  'variable_instance',
  'attribute'
] as const

/** Stores attributes with all values of a report. [2.x B07, B08] */
export function saveReport(attributes: readonly ReportedAttribute[]): Change {
  return save(
    attributes.map((attribute) => ({
      ...row(attribute),
      mutability: attribute.mutability ?? 'ReadWrite',
      persistent: bit(attribute.persistent),
      constant: bit(attribute.constant),
      characteristics: attribute.characteristics === undefined ? null : JSON.stringify(attribute.characteristics)
    })),
    ['value', 'mutability', 'persistent', 'constant', 'characteristics', 'updated_at']
  )
}

/** Stores the values of attributes that were read or set. Their other columns, from a report, stay. [2.x B05, B06] */
export function saveValues(attributes: readonly Attribute[]): Change {
  return save(attributes.map(row), ['value', 'updated_at'])
}

function row({ component, variable, attribute = 'Actual', value }: Attribute) {
  return { ...location(component, variable), attribute, value: isSecret(variable.name) ? null : (value ?? null) }
}

function bit(value: boolean | undefined): 0 | 1 {
  return value === true ? 1 : 0
}

interface Row extends ReturnType<typeof row> {
  mutability?: string
  persistent?: 0 | 1
  constant?: 0 | 1
  characteristics?: string | null
}

type Changed = 'value' | 'mutability' | 'persistent' | 'constant' | 'characteristics' | 'updated_at'

function save(rows: readonly Row[], changed: readonly Changed[]): Change {
  return async ({ trx, chargePointId, now }) => {
    const values = rows.map((values) => ({ charge_point_id: chargePointId, ...values, updated_at: now }))
    for (const part of chunks(lastOfEach(values, (value) => JSON.stringify(KEY.map((name) => value[name]))))) {
      await trx
        .insertInto('variables')
        .values(part)
        .onConflict((conflict) =>
          conflict
            .columns([...KEY])
            .doUpdateSet((of) => Object.fromEntries(changed.map((name) => [name, of.ref(`excluded.${name}`)])))
        )
        .execute()
    }
  }
}
