import { formatMoney } from '../../ui/format.js'

/** An amount in the smallest unit of its currency. */
export function formatMinor(
  minor: number | undefined,
  { currency, minorDigits }: { currency: string; minorDigits: number }
): string {
  return formatMoney(minor === undefined ? undefined : minor / 10 ** minorDigits, currency)
}
