import { LANGUAGES, type Language } from '../languages.js'

// The words of prices in the languages that they are written in if the operator has not described them.

export interface Words {
  readonly energy: string
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
  readonly adHoc: string
  readonly noPrice: string
  /** From Sunday. */
  readonly days: readonly string[]
  readonly decimalPoint: string
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    energy: 'energy',
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
    adHoc: 'Price without a contract, incl. tax',
    noPrice: 'There is no price without a contract here.',
    days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
    decimalPoint: '.'
  },
  de: {
    energy: 'Energie',
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
    adHoc: 'Preis ohne Vertrag, inkl. MwSt.',
    noPrice: 'Hier gibt es keinen Preis ohne Vertrag.',
    days: ['So', 'Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa'],
    decimalPoint: ','
  },
  fr: {
    energy: 'énergie',
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
    adHoc: 'Prix sans contrat, TTC',
    noPrice: "Il n'y a pas de prix sans contrat ici.",
    days: ['dim', 'lun', 'mar', 'mer', 'jeu', 'ven', 'sam'],
    decimalPoint: ','
  },
  nl: {
    energy: 'energie',
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
    adHoc: 'Prijs zonder contract, incl. btw',
    noPrice: 'Hier is er geen prijs zonder contract.',
    days: ['zo', 'ma', 'di', 'wo', 'do', 'vr', 'za'],
    decimalPoint: ','
  }
}

/** The language of a tag such as `de-AT`, if there are words in it. [RFC 5646] */
export function languageOf(tag: string): Language | undefined {
  const [primary = ''] = tag.toLowerCase().split('-')
  return LANGUAGES.find((language) => language === primary)
}
