import { LANGUAGES, type Language } from '../languages.js'

// The words of prices in the languages that they are written in if the operator has not described them.

export interface Words {
  readonly charging: string
  readonly idle: string
  readonly session: string
  readonly reserved: string
  readonly reservation: string
  readonly otherwise: string
  readonly inclTax: string
  readonly from: string
  readonly upTo: string
  readonly after: string
  readonly discharging: string
  readonly minimum: string
  readonly maximum: string
  readonly exclTax: string
  /** From Sunday. */
  readonly days: readonly string[]
  readonly decimalPoint: string
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    charging: 'charging',
    idle: 'idle',
    session: 'per session',
    reserved: 'reserved',
    reservation: 'per reservation',
    otherwise: 'otherwise',
    inclTax: 'incl. tax',
    from: 'from',
    upTo: 'up to',
    after: 'after',
    discharging: 'discharging',
    minimum: 'at least',
    maximum: 'at most',
    exclTax: 'excl. tax',
    days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
    decimalPoint: '.'
  },
  de: {
    charging: 'Ladezeit',
    idle: 'Standzeit',
    session: 'pro Ladevorgang',
    reserved: 'Reservierungszeit',
    reservation: 'pro Reservierung',
    otherwise: 'sonst',
    inclTax: 'inkl. MwSt.',
    from: 'ab',
    upTo: 'bis',
    after: 'nach',
    discharging: 'Entladen',
    minimum: 'mindestens',
    maximum: 'höchstens',
    exclTax: 'ohne MwSt.',
    days: ['So', 'Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa'],
    decimalPoint: ','
  },
  fr: {
    charging: 'de charge',
    idle: "d'occupation",
    session: 'par session',
    reserved: 'de réservation',
    reservation: 'par réservation',
    otherwise: 'sinon',
    inclTax: 'TTC',
    from: 'à partir de',
    upTo: "jusqu'à",
    after: 'après',
    discharging: 'en décharge',
    minimum: 'au moins',
    maximum: 'au plus',
    exclTax: 'HT',
    days: ['dim', 'lun', 'mar', 'mer', 'jeu', 'ven', 'sam'],
    decimalPoint: ','
  },
  nl: {
    charging: 'laadtijd',
    idle: 'wachttijd',
    session: 'per sessie',
    reserved: 'reserveringstijd',
    reservation: 'per reservering',
    otherwise: 'anders',
    inclTax: 'incl. btw',
    from: 'vanaf',
    upTo: 'tot',
    after: 'na',
    discharging: 'ontladen',
    minimum: 'minimaal',
    maximum: 'maximaal',
    exclTax: 'excl. btw',
    days: ['zo', 'ma', 'di', 'wo', 'do', 'vr', 'za'],
    decimalPoint: ','
  }
}

/** The language of a tag such as `de-AT`, if there are words in it. [RFC 5646] */
export function languageOf(tag: string): Language | undefined {
  const [primary = ''] = tag.toLowerCase().split('-')
  return LANGUAGES.find((language) => language === primary)
}
