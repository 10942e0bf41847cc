export type SettingType = 'integer' | 'decimal' | 'boolean' | 'string' | 'list'

/** A configuration key of 1.6 or a variable of 2.x. */
export interface Setting {
  /** `HeartbeatInterval`, or in 2.x `OCPPCommCtrlr.HeartbeatInterval`, with an instance `….MessageAttempts:Name`. */
  readonly name: string
  readonly type: SettingType
  readonly value: string
  /** Default: readable and writable. */
  readonly access?: 'readonly' | 'writeonly'
  readonly needsReboot?: true
  /** Minimum of a number, or minimum length of a text. */
  readonly min?: number
  readonly max?: number
  readonly unit?: string
  /** Allowed values of a text, or of each member of a list. */
  readonly values?: readonly string[]
}

export type SettingTable = ReadonlyMap<string, Setting>

export type SetResult = 'Accepted' | 'RebootRequired' | 'Rejected' | 'Unknown'

/** The table of a version, shared by all chargers. Names are case-insensitive. [2.x Part 2 "identifierString"] */
export function settingTable(settings: readonly Setting[]): SettingTable {
  return new Map(settings.map((setting) => [setting.name.toLowerCase(), setting]))
}

/** The settings of one charger: the shared table and its own changes. */
export class Settings {
  readonly table: SettingTable
  #changed: Map<string, string> | undefined

  constructor(table: SettingTable) {
    this.table = table
  }

  find(name: string): Setting | undefined {
    return this.table.get(name.toLowerCase())
  }

  get(name: string): string | undefined {
    const key = name.toLowerCase()
    return this.#changed?.get(key) ?? this.table.get(key)?.value
  }

  /** Sets a value for the CSMS, if access and type allow it. */
  set(name: string, value: string): SetResult {
    const setting = this.find(name)
    if (setting === undefined) return 'Unknown'
    if (setting.access === 'readonly' || !isValid(setting, value)) return 'Rejected'
    this.force(name, value)
    return setting.needsReboot === true ? 'RebootRequired' : 'Accepted'
  }

  /** Sets a value without any check. */
  force(name: string, value: string): void {
    this.#changed ??= new Map()
    this.#changed.set(name.toLowerCase(), value)
  }
}

const INTEGER = /^-?\d{1,10}$/
const DECIMAL = /^-?\d{1,10}(?:\.\d{1,6})?$/

function isValid(setting: Setting, value: string): boolean {
  const { type, min = -Infinity, max = Infinity, values } = setting
  const isIn = (number: number) => number >= min && number <= max
  switch (type) {
    case 'integer':
      return INTEGER.test(value) && isIn(Number(value))
    case 'decimal':
      return DECIMAL.test(value) && isIn(Number(value))
    case 'boolean':
      return /^(?:true|false)$/i.test(value)
    case 'list':
      return values === undefined || listOf(value).every((member) => values.includes(member))
    default:
      return isIn(value.length) && (values === undefined || values.includes(value))
  }
}

/** The members of a comma-separated list. */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}
