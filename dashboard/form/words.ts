import type { Field } from './tree.js'

/** The name of a member in words: `pricePerKwh` is "Price per kwh". */
export function words(name: string): string {
  const spaced = name.replace(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

/** Label of a field. Names of OCPP stay as the standard has them. */
export function labelOf({ name, title }: Field, isRaw: boolean): string {
  return isRaw ? name : (title ?? words(name))
}

/** A field that one input shows. */
export function isPlain({ kind }: Field): boolean {
  return kind !== 'group' && kind !== 'list' && kind !== 'versions'
}

/** A description without the marks of Markdown, in which the API is described. */
export function plainText(description: string): string {
  return description.replaceAll('`', '')
}
