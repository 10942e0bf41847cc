/** Where a deviation is corrected: in the HTTP upgrade, in the structure of a message, or in its payload. */
export type DeviationPlace = 'handshake' | 'frame' | 'payload'

export interface DeviationDefinition {
  readonly place: DeviationPlace
  /** Message of such a charge point, and its correction. */
  readonly description: string
}

/**
 * The known deviations of real charge points. Each is accepted only when its name is in `leniency.deviations`, and is
 * brought into the form of the standard before a handler sees it. Nothing that we send ever deviates.
 */
export const DEVIATIONS = {
  'loose-subprotocols': {
    place: 'handshake',
    description:
      'Sec-WebSocket-Protocol in another case, or with empty or repeated elements: read as the list it means.'
  },
  'encoded-identities': {
    place: 'handshake',
    description: 'An identity that is percent-encoded twice: decoded twice.'
  },
  'numeric-message-ids': {
    place: 'frame',
    description: 'A message id that is a number: accepted, and answered with the same number.'
  },
  'extra-elements': {
    place: 'frame',
    description: 'A CALL or CALLRESULT with more elements than its type has: the additional elements are ignored.'
  },
  'long-serial-numbers': {
    place: 'payload',
    description: 'Serial numbers, ICCID and IMSI beyond the length of the schema: kept whole, up to 255 characters.'
  },
  'long-names': {
    place: 'payload',
    description:
      'Vendor, model, firmware version and meter type beyond the length of the schema: kept whole, up to 255.'
  },
  'long-texts': {
    place: 'payload',
    description: 'info, vendorErrorCode, techInfo and additionalInfo beyond the length of the schema: kept, up to 5000.'
  },
  'long-id-tags': {
    place: 'payload',
    description: 'idTag (1.6) and idToken (2.x) beyond the length of the schema: kept whole, up to 255 characters.'
  },
  'unknown-members': {
    place: 'payload',
    description: 'Members that the schema does not define: dropped.'
  },
  'wrong-types': {
    place: 'payload',
    description: 'Numbers or booleans where text is defined, and the reverse, 0 and 1 for false and true: converted.'
  },
  'single-items': {
    place: 'payload',
    description: 'A single object where a list is defined: becomes a list with one item.'
  },
  'enum-spelling': {
    place: 'payload',
    description: 'Enumeration values in another case, with blanks or other punctuation: read as the value they mean.'
  },
  'unit-names': {
    place: 'payload',
    description: 'Common names of units, such as C, Celcius, Amp, Volt: replaced by the unit of the standard.'
  },
  'unknown-error-codes': {
    place: 'payload',
    description:
      'A 1.6 errorCode that is not defined: OtherError, with the text of the charge point as vendorErrorCode.'
  },
  'unknown-reasons': {
    place: 'payload',
    description: 'A reason for the end of a transaction that is not defined: Other.'
  },
  'unknown-samples': {
    place: 'payload',
    description:
      'A sampled value with an undefined measurand, unit, phase, location or format: dropped, its neighbours are kept. An undefined context becomes Other.'
  },
  'decimal-commas': {
    place: 'payload',
    description: 'A comma as decimal separator in a sampled value or a meter reading: read as a point.'
  },
  'decimal-meter-readings': {
    place: 'payload',
    description: '1.6 meterStart and meterStop with decimals: rounded to whole watt-hours.'
  },
  'missing-meter-readings': {
    place: 'payload',
    description: '1.6 meterStart or meterStop that is missing or null: absent. The reading is unknown, not 0.'
  },
  'missing-timestamps': {
    place: 'payload',
    description: 'A timestamp that is missing, null or unreadable: the time at which the message was received.'
  },
  'loose-date-times': {
    place: 'payload',
    description:
      'Date-times with a blank for T, a comma before the fraction, or without seconds: brought into RFC 3339.'
  },
  'missing-trigger-reasons': {
    place: 'payload',
    description: '2.x TransactionEvent without triggerReason: derived from eventType and stoppedReason.'
  },
  'missing-transaction-ids': {
    place: 'payload',
    description: '1.6 StopTransaction whose transactionId is missing or null: -1, which no transaction has.'
  }
} as const satisfies Record<string, DeviationDefinition>

/** The name of a deviation, for `leniency.deviations`. */
export type Deviation = keyof typeof DEVIATIONS

export function isDeviation(name: unknown): name is Deviation {
  return typeof name === 'string' && Object.hasOwn(DEVIATIONS, name)
}

/** A deviation that was corrected in a message. */
export interface AppliedDeviation {
  readonly deviation: Deviation
  /** RFC 6901 pointer into the payload. */
  readonly pointer: string
}
