import { pick, type Random, upTo } from './random.js'

/**
 * JSON as it is written: a leaf is its text. So it can say what no value can: a member twice, an escaped name, a number
 * beyond every double.
 */
export type Tree = string | Branch

interface Branch {
  readonly kind: 'list' | 'members'
  children: Child[]
}

interface Child {
  /** With its quotes; '' in a list. */
  name: string
  value: Tree
}

export function treeOf(value: unknown): Tree {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return { kind: 'list', children: value.map((item) => ({ name: '', value: treeOf(item) })) }
  const children = Object.entries(value).map(([name, member]) => ({
    name: JSON.stringify(name),
    value: treeOf(member)
  }))
  return { kind: 'members', children }
}

export function textOf(tree: Tree): string {
  if (typeof tree === 'string') return tree
  const parts = tree.children.map(({ name, value }) => (name === '' ? textOf(value) : `${name}:${textOf(value)}`))
  return tree.kind === 'list' ? `[${parts}]` : `{${parts}}`
}

/** Names of what every object inherits, plain and escaped. */
const INHERITED = ['"__proto__"', '"__\\u0070roto__"', '"constructor"', '"prototype"', '"toString"', '"hasOwnProperty"']

/** Texts of JSON that break something somewhere. */
const HOSTILE: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '0.1', '1e-400', '1e400', '-1e400', '1e308'],
  ...['2147483648', '-2147483649', '9007199254740993', '123456789012345678901234567890'],
  ...['""', '" "', '"0"', '"-1"', '"1e400"', '"null"', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfffx"'],
  ...['"1970-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:60Z"', '"2026-02-30T00:00:00Z"'],
  ...['"+275760-09-13T00:00:00Z"', '"2026-01-01T00:00:00"', '"\'; drop table transactions; --"', '"%s%n"'],
  ...['[]', '{}', '[[]]', '[null]', '{"__proto__":{"polluted":true}}', '{"__\\u0070roto__":{"polluted":true}}'],
  ...['{"constructor":{"prototype":{"polluted":true}}}', '"\\u2028\\ud83d\\udd0c"'],
  ...INHERITED,
  `"${'x'.repeat(300)}"`,
  `"${'\u{1f50c}'.repeat(2_600)}"`,
  `"${'\\u0000'.repeat(40)}"`
]

const DEPTHS = [5, 63, 70, 3_000]
const LENGTHS = [2, 17, 300]

/** A place of a tree: whose child it is. */
interface Place {
  branch: Branch
  index: number
}

type Operation = (place: Place, random: Random) => void

const OPERATIONS: readonly Operation[] = [
  (place, random) => put(place, hostile(random)),
  (place, random) => put(place, hostile(random)),
  // A number as text, a text as a number, or one inside the other kind of brackets.
  (place, random) => put(place, retyped(childOf(place).value, random)),
  ({ branch, index }) => branch.children.splice(index, 1),
  ({ branch, index }, random) => {
    const { name, value } = branch.children[index] as Child
    branch.children.splice(upTo(random, branch.children.length), 0, {
      name,
      value: random() < 0.5 ? value : hostile(random)
    })
  },
  ({ branch, index }, random) => {
    const name = branch.kind === 'list' ? '' : random() < 0.7 ? pick(random, INHERITED) : '"unknown"'
    branch.children.splice(index, 0, { name, value: hostile(random) })
  },
  (place, random) => put(place, nested(childOf(place).value, random)),
  (place, random) => {
    const { value } = childOf(place)
    if (typeof value === 'string') put(place, hostile(random))
    else if (random() < 0.3) value.children = []
    else value.children = repeated(value.children, pick(random, LENGTHS))
  },
  (place, random) => {
    const child = childOf(place)
    if (child.name !== '') child.name = random() < 0.5 ? child.name.toUpperCase() : pick(random, INHERITED)
  }
]

/** A copy with so many places changed, each in a way of its own. */
export function mutated(tree: Tree, count: number, random: Random): Tree {
  // The root is a child, too.
  const root: Branch = { kind: 'list', children: [{ name: '', value: structuredClone(tree) }] }
  for (let change = 0; change < count; change++) {
    const places = placesIn(root)
    if (places.length > 0) pick(random, OPERATIONS)(pick(random, places), random)
  }
  return root.children[0]?.value ?? 'null'
}

function placesIn(branch: Branch): Place[] {
  return branch.children.flatMap(({ value }, index) => {
    const place = { branch, index }
    return typeof value === 'string' ? [place] : [place, ...placesIn(value)]
  })
}

function childOf({ branch, index }: Place): Child {
  return branch.children[index] as Child
}

function put(place: Place, value: Tree): void {
  childOf(place).value = value
}

function hostile(random: Random): Tree {
  return pick(random, HOSTILE)
}

function retyped(value: Tree, random: Random): Tree {
  if (random() < 0.3) return { kind: 'list', children: [{ name: '', value }] }
  if (typeof value === 'string') return value.startsWith('"') ? String(value.length) : JSON.stringify(value)
  const isList = value.kind === 'list'
  const children = value.children.map((child, index) => ({ name: isList ? `"${index}"` : '', value: child.value }))
  return { kind: isList ? 'members' : 'list', children }
}

function nested(value: Tree, random: Random): Tree {
  const depth = pick(random, DEPTHS)
  return `${'['.repeat(depth)}${textOf(value)}${']'.repeat(depth)}`
}

function repeated(children: readonly Child[], times: number): Child[] {
  return Array.from({ length: times }, () => children)
    .flat()
    .slice(0, 2_000)
}
