import { type Protocol, versionInfo } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import type { Ledger } from '../ledger/ledger.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { parseSnapshot, type TariffVersion } from '../ledger/snapshot.js'
import { versionToChangeTo } from '../ledger/transaction-cost.js'
import { type RenderFacts, render, type WireTariff } from '../money/render.js'
import { ProblemError } from '../problem-error.js'
import { readFacts } from './facts.js'

// Another tariff for a transaction that runs. [2.1 I11]

export interface TariffChangesOptions {
  db: Reader
  ledger: Pick<Ledger, 'changeTariff'>
  /** Sends ChangeTransactionTariff for an operator, to wherever the charge point is connected. */
  call(identity: string, payload: { transactionId: string; tariff: WireTariff }, operator: string): Promise<unknown>
}

export interface WantedChange {
  row: TransactionRow
  identity: string
  tariffId: string
  /** Name of the token. */
  operator: string
}

export class TariffChanges {
  readonly #options: TariffChangesOptions

  constructor(options: TariffChangesOptions) {
    this.#options = options
  }

  /**
   * Changes the tariff from now on. A charge point that calculates the cost of the transaction itself has to accept the
   * change first: it would show other prices than those that are billed. Without its answer nothing is changed; if it has
   * accepted, its next event says so.
   *
   * @throws `TRANSACTION_ENDED`, `CURRENCY_CHANGE`, `NO_TARIFF_VERSION`, `UNKNOWN_TARIFF`, `TARIFF_REFUSED`, the errors of
   * `app.ocpp.call`
   */
  async change({ row, identity, tariffId, operator }: WantedChange): Promise<void> {
    const { db, ledger, call } = this.#options
    const version = await versionToChangeTo(db, row, tariffId, Date.now())
    const tariff = await this.#toSend(row, version)
    if (tariff !== undefined) {
      const transactionId = displayedIdOf(row)
      const { status } = (await call(identity, { transactionId, tariff }, operator)) as { status: string }
      if (status !== 'Accepted') throw refusedBy(status)
    }
    await ledger.changeTariff(identity, row.id, version)
  }

  /** `undefined` if the charge point does not calculate the cost of this transaction. */
  async #toSend(row: TransactionRow, version: TariffVersion): Promise<WireTariff | undefined> {
    const protocol = row.protocol as Protocol
    if (!versionInfo(protocol).hasTariffs) return undefined
    const { takes } = await readFacts(this.#options.db, protocol, row.charge_point_id)
    if (takes === undefined || !isTaken(row, takes)) return undefined
    const rendered = render(version, takes, 'driver')
    if ('tariff' in rendered) return rendered.tariff
    throw refused(
      `the charge point calculates the cost itself and cannot take the tariff: ${rendered.problems.join(', ')}`
    )
  }
}

/** Whether the charge point could take the present tariff, so that it calculates by it. */
function isTaken({ tariff }: TransactionRow, takes: RenderFacts): boolean {
  const snapshot = tariff === null ? undefined : parseSnapshot(tariff)
  if (snapshot === undefined || !('document' in snapshot)) return false
  return 'tariff' in render(snapshot.later?.at(-1) ?? snapshot, takes, 'driver')
}

function refusedBy(status: string): ProblemError {
  // [2.1 I11.FR.05]
  if (status === 'NoCurrencyChange') {
    return new ProblemError(409, 'CURRENCY_CHANGE', 'the charge point calculates in another currency')
  }
  return refused(`the charge point answered ${status}: the tariff stays as it is`)
}

function refused(detail: string): ProblemError {
  return new ProblemError(409, 'TARIFF_REFUSED', detail)
}
