import { formatNumber } from '../../ui/format.js'

/** Names of the parts of a receipt. Others are shown as the server names them. */
const COMPONENTS: Readonly<Record<string, string>> = {
  fixed: 'Fixed fee',
  energy: 'Energy',
  chargingTime: 'Charging time',
  idleTime: 'Idle time',
  time: 'Time',
  reservationTime: 'Reservation',
  reservationFixed: 'Reservation fee',
  amount: 'Charging'
}

/** Why there is no receipt. Another reason is shown as the server names it. */
const REASONS: Readonly<Record<string, string>> = {
  'missing-events': 'events of the transaction are missing',
  'not-ended': 'the charge point never reported the end',
  'no-net': 'the figures of the charge point do not say what is tax',
  'no-tax-rates': 'the figures of the charge point do not say by which rates they are taxed',
  'other-currency': 'the charge point calculated in another currency than that of the tariff',
  'not-settled': 'the payment at the charge point failed, or was cancelled'
}

export const strings = {
  title: 'Receipts',
  caption: 'Receipts and credit notes, the newest first',
  filters: 'Filters',
  chargePoint: 'Charge point',
  transaction: 'Transaction',
  receipt: 'Receipt',
  receiptsOnly: 'Receipts',
  creditNotesOnly: 'Credit notes',
  none: 'No receipt was issued in this range.',
  noneHelp: 'A transaction gets a receipt after its end if it costs something and SELLER_NAME is set.',
  exports: { csv: 'CSV', ndjson: 'NDJSON', datev: 'DATEV' },
  kinds: { receipt: 'Receipt', 'credit-note': 'Credit note' },
  one: (kind: 'receipt' | 'credit-note', number: string) =>
    `${kind === 'receipt' ? 'Receipt' : 'Credit note'} ${number}`,
  columns: {
    number: 'Number',
    kind: 'Kind',
    issued: 'Issued',
    place: 'Charge point',
    transaction: 'Transaction',
    energy: 'Energy',
    total: 'Total',
    note: 'Note'
  },
  creditedBy: 'Credited by',
  credits: 'Credits',
  outdated: 'The cost of the transaction is another one since',
  outdatedHelp: 'A correction in the transaction replaces the receipt.',
  print: 'Print',
  credit: 'Credit',
  creditTitle: (number: string) => `Credit receipt ${number}`,
  creditBody:
    'A credit note with the same lines, negative, is issued. A receipt is credited once, and nothing takes it back.',
  creditAction: 'Issue a credit note',
  link: {
    title: 'Link for the driver',
    off: 'The pages for drivers are off: PUBLIC_PAGES of the back-end does not have receipts.',
    none: 'The receipt has no link. Only operators see it.',
    make: 'Make a link',
    copy: 'Copy the link',
    made: 'Made',
    whoever: 'Whoever has it sees all receipts and credit notes of the transaction, without a token.',
    revoke: 'Revoke',
    revokeTitle: (number: string) => `Revoke the link of ${number}`,
    revokeBody:
      'Whoever opens it from now on is told that it is not valid. The charge point is told no other link for this transaction.'
  },
  facts: {
    issued: 'Issued',
    by: 'Issued by',
    reason: 'Reason',
    seller: 'Seller',
    taxId: 'Tax id',
    site: 'Site',
    started: 'Start',
    ended: 'End',
    meter: 'Meter',
    energy: 'Energy',
    idToken: 'Id token',
    calculated: 'Calculated by',
    tariff: 'Prices',
    signed: 'Signed meter values'
  },
  calculated: { us: 'this back-end', station: 'the charge point', operator: 'an operator' } as Readonly<
    Record<string, string>
  >,
  by: (operator: string | undefined) => operator ?? 'the back-end',
  downloadSigned: 'For transparency software (XML)',
  linesCaption: 'Lines of the receipt',
  component: (name: string) => COMPONENTS[name] ?? name,
  lines: { component: 'Item', price: 'Price', net: 'Net', tax: 'Tax', total: 'Total' },
  price: (price: number, { currency, per, quantity }: { currency: string; per: string; quantity: string }) => {
    // Prices have more decimals than the currency.
    const exact = formatNumber(price, { style: 'currency', currency, maximumFractionDigits: 6 })
    return per === 'once' ? exact : `${quantity} at ${exact} / ${per}`
  },
  taxesCaption: 'Taxes',
  taxes: { name: 'Tax', of: 'Of', amount: 'Amount' },
  sum: 'Total',
  states: {
    waiting: 'It is issued when no late message may come any more.',
    blocked: (reason: string) =>
      `It cannot be issued: ${REASONS[reason] ?? reason}. A correction says what is to be billed.`,
    waived: 'An operator has decided that nothing is billed.',
    issued: 'Issued:',
    credited: 'Credited, and not replaced:'
  },
  noReceipt: 'The transaction has no receipt.',
  correct: 'Correct',
  correctTitle: (id: number) => `Correct what is billed for transaction ${id}`,
  correctBody:
    'What is not given stays as it was measured. The receipt is credited and a new one is issued; the transaction itself does not change.',
  correctAction: 'Correct',
  isOpen: 'The transaction is not over',
  corrections: (number: number) => `Corrections (${number})`,
  correctionsCaption: 'Corrections, the newest first',
  correction: {
    at: 'Time',
    operator: 'By',
    reason: 'Reason',
    before: 'Before',
    after: 'After',
    documents: 'Documents'
  },
  unknown: 'unknown'
}
