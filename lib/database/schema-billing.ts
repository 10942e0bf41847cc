import type { Generated } from 'kysely'
import type { Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Receipts and credit notes. Amounts are whole numbers of the smallest unit of their currency.

/** A receipt or a credit note. Nothing of it changes but `outdated_at`. */
export interface ReceiptsTable {
  id: Generated<number>
  /** As it is printed: series, year and `n`. */
  number: Fixed<string>
  /** The series of the seller. */
  series: Fixed<string>
  /** The year of the number, by the clock of the seller. */
  year: Fixed<number>
  /** From 1 on without gaps, for each series and year. */
  n: Fixed<number>
  kind: Fixed<'receipt' | 'credit-note'>
  /** `id` of the transaction. */
  transaction_ref: Fixed<number>
  /** From 1 on, for each transaction. */
  turn: Fixed<number>
  charge_point_id: Fixed<number>
  /** Of a credit note: `id` of the receipt. A receipt is credited once. */
  refers_to: Optional<number>
  /** ISO 4217. */
  currency: Fixed<string>
  net_minor: Fixed<number>
  tax_minor: Fixed<number>
  total_minor: Fixed<number>
  /** The figure of the transaction when it was issued, which a correction may replace; `NULL` if it was unknown. */
  measured_minor: Optional<number>
  /** The energy by the signed values, if the back-end billed another one by itself. Wh. */
  signed_wh: Optional<number>
  /** Name of the operator; '' if the back-end issued it by itself. */
  issued_by: Fixed<string>
  /** Why an operator issued it. */
  reason: Optional<string>
  /** See `ReceiptDocument`. */
  document: Fixed<JsonText>
  issued_at: Fixed<Milliseconds>
  /** Since when the figure of the transaction is another one. */
  outdated_at: Optional<Milliseconds>
}

/** The last number of each series and year. */
export interface ReceiptSeriesTable {
  series: Fixed<string>
  year: Fixed<number>
  last_n: number
  /** The next receipt is issued at this time or later: that of the last one, or the end of an export. */
  not_before: Optional<Milliseconds>
}

/** Transactions that are over and have no receipt yet. */
export interface PendingReceiptsTable {
  /** `id` of the transaction. */
  transaction_ref: Fixed<number>
  /** blocked: the receipt cannot be issued, for this `reason`. waived: an operator wants none. */
  state: Default<'waiting' | 'blocked' | 'waived'>
  reason: Optional<string>
  /** When the last message came that may have changed the figure. */
  changed_at: Milliseconds
}

/** Links to the receipts of a transaction, for its driver. */
export interface ReceiptLinksTable {
  id: Generated<number>
  /** `id` of the transaction. At most one link of it is not revoked. */
  transaction_ref: Fixed<number>
  /** The last part of the link, which nobody can guess. */
  secret: Fixed<string>
  created_at: Fixed<Milliseconds>
  revoked_at: Optional<Milliseconds>
}

/** What became of a payment at a charge point. [2.1 C21-C25] */
export interface SettlementsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** `id` of the transaction; `NULL` if it is not known. */
  transaction_ref: Optional<number>
  /** As the charge point named it. */
  transaction_id: Optional<string>
  /** The reference of the payment service provider. */
  psp_ref: Fixed<string>
  status: Fixed<string>
  settled_at: Fixed<Milliseconds>
  /** NotifySettlement as it came. */
  document: Fixed<JsonText>
  received_at: Fixed<Milliseconds>
}

/** What an operator corrected of a bill. */
export interface CorrectionsTable {
  id: Generated<number>
  /** `id` of the transaction. */
  transaction_ref: Fixed<number>
  operator: Fixed<string>
  reason: Fixed<string>
  /** See `CorrectionBody`, without the reason. */
  body: Fixed<JsonText>
  /** The figures before and after; see `CorrectedFigures`. */
  before: Fixed<JsonText>
  after: Fixed<JsonText>
  /** `id` of the credit note; `NULL` if there was no receipt. */
  credit_note_ref: Optional<number>
  /** `id` of the new receipt; `NULL` if nothing is billed. */
  receipt_ref: Optional<number>
  created_at: Fixed<Milliseconds>
}

/** A file of receipts that somebody took. */
export interface BillingExportsTable {
  id: Generated<number>
  format: Fixed<'csv' | 'ndjson' | 'datev'>
  /** Receipts that were issued from this time on. */
  from_at: Fixed<Milliseconds>
  /** Exclusive. */
  to_at: Fixed<Milliseconds>
  /** Up to where it is complete, because the range was not over; `NULL`: all of it. */
  until_at: Optional<Milliseconds>
  /** Name of the operator. */
  operator: Fixed<string>
  /** How many receipts and credit notes it has; `NULL` until it is complete, as the following ones. */
  receipts: Optional<number>
  first_number: Optional<string>
  last_number: Optional<string>
  created_at: Fixed<Milliseconds>
  /** When all of it was sent. */
  completed_at: Optional<Milliseconds>
}
